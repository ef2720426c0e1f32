"""What supervisors decide in their workbook: reported deaths and moves, old referrals, clients without a care manager.

Each function returns the rows of a sheet under the titles of its columns, with the clock `known` at which the decision is
made. Must not be here: workbooks (`workbooks`), the events that are decided about.
"""

import numpy as np
import polars as pl

from synthetic import rates
from synthetic.draw import Array, Draw, Table, label, take
from synthetic.feeds.identity import client_id, full_name
from synthetic.feeds.reports import KINDS
from synthetic.organization import Organization, manager_id, supervisor_id
from synthetic.people import People
from synthetic.timeline import DAY, HOUR, NEVER, Period, next_working_time, timestamp

KIND_WORDS = {"deceased": "Has died", "moved": "Moved away"}
YES, NO = ("Yes", "yes", "confirmed"), ("No", "no")
OLD_REFERRAL_DAYS = 200


def confirmations(
    reports: Table, people: People, agency: Organization, seed: int, chunk: int
) -> pl.DataFrame:
    """Answers to reports of deaths and moves: table `confirmation`."""
    draw = Draw(seed, "decisions.confirmation", chunk)
    rows = take(reports, np.flatnonzero(reports["answered_at"] < NEVER))
    n = len(rows["person"])
    word = draw.integers(0, 5, n)
    answer = np.where(rows["is_true"], word % len(YES), len(YES) + word % len(NO))
    return _sheet(
        people,
        agency,
        rows["person"],
        rows["answered_at"],
        {
            "Reported": label([KIND_WORDS[kind] for kind in KINDS], rows["kind"]),
            "Is it right": label((*YES, *NO), answer),
        },
    )


def old_referrals(
    referrals: pl.DataFrame,
    person: Array,
    people: People,
    agency: Organization,
    period: Period,
    seed: int,
    chunk: int,
) -> pl.DataFrame:
    """Old referrals to close or to keep open: table `referral_close`.

    Args:
        referrals: Rows of referrals.referral.
        person: The person of each row.
        people: The people.
        agency: The agency.
        period: The simulated period.
        seed: Seed of the draws.
        chunk: Number of the chunk of clients.
    """
    draw = Draw(seed, "decisions.referral", chunk)
    n = referrals.height
    created = referrals["created_at"].to_physical().to_numpy() // 1_000
    is_old = referrals["closed_at"].is_null().to_numpy()
    is_old = is_old & (created < period.t1 - OLD_REFERRAL_DAYS * DAY)
    rows = np.flatnonzero(is_old & draw.chance(rates.OLD_REFERRAL_DECIDED, n))
    return _sheet(
        people,
        agency,
        person[rows],
        _lately(len(rows), period, draw),
        {
            "referral_id": referrals["referral_id"].gather(rows),
            "Close or keep": label(("Close", "close it", "Keep"), draw.pick([3, 2, 4], len(rows))),
        },
    )


def assignments(
    people: People, agency: Organization, period: Period, seed: int, chunk: int
) -> pl.DataFrame:
    """Care managers for clients without one: table `assignment_choice`."""
    draw = Draw(seed, "decisions.assignment", chunk)
    managers = max(len(agency.manager_site), 1)
    current = people.is_client & (people.leaves_day * DAY >= period.t1)
    alone = current & (agency.manager[people.number] < 0) & (people.start_day * DAY < period.t1)
    rows = np.flatnonzero(alone & draw.chance(rates.ASSIGNMENT_CHOSEN, len(people)))
    return _sheet(
        people,
        agency,
        rows,
        _lately(len(rows), period, draw),
        {"Assign to": manager_id(draw.integers(0, managers - 1, len(rows)))},
    )


def _lately(n: int, period: Period, draw: Draw) -> Array:
    """Clocks in working hours of the last week."""
    return next_working_time(period.t1 - draw.integers(30, 150, n) * HOUR, draw)


def _sheet(
    people: People,
    agency: Organization,
    person: Array,
    decided: Array,
    columns: dict[str, pl.Series],
) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "Client": full_name(people, person),
            "client_id": client_id(people.number[person]),
            **columns,
            "Decided by": supervisor_id(agency, people.site[person]),
            "Decided on": timestamp(decided),
            "known": decided,
        },
        schema_overrides={"known": pl.Int64},
    )
