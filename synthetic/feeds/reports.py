"""Deaths and moves that a care manager hears of on a call, and the supervisor's answers to these reports.

A death is heard of in the two weeks after it, a move when the client no longer comes; a few reports are wrong. The record
system learns of them on its own, or not at all. Must not be here: other contacts (`outreach`).
"""

import numpy as np

from synthetic import rates
from synthetic.draw import Array, Draw, Table, stack, take
from synthetic.people import People
from synthetic.timeline import DAY, HOUR, NEVER, Period, next_working_time

KINDS = ("deceased", "moved")
DECEASED, MOVED = range(2)


def simulate_reports(people: People, period: Period, seed: int, chunk: int) -> Table:
    """Simulate the reports about these people.

    Returns:
        Columns person, at, kind, is_true, answered_at (the supervisor's answer; NEVER: none yet); sorted by person and
        clock.
    """
    draw = Draw(seed, "reports", chunk)
    n, last_day = len(people), period.t1 // DAY
    dead = np.flatnonzero(
        people.is_client & (people.death_day < NEVER) & draw.chance(rates.DEATH_REPORTED, n)
    )
    absent = people.is_client & (people.dropout_day < last_day)
    gone = np.flatnonzero(absent & draw.chance(rates.DROPOUT_MOVED, n))
    # Calls of the last week reach the households of clients who stopped coming.
    still_open = absent & (people.leaves_day >= last_day) & draw.chance(rates.REPORTED_LATELY, n)
    lately = np.flatnonzero(still_open & ~np.isin(np.arange(n), gone))
    first = np.maximum(people.start_day, period.t0 // DAY)
    years = np.where(people.is_client, np.maximum(last_day - first, 0) / 365.25, 0)
    wrong = np.repeat(np.arange(n), draw.rng.poisson(rates.WRONG_REPORT_PER_YEAR * years))
    some_day = first[wrong] + (draw.rng.random(len(wrong)) * (last_day - first[wrong]))
    parts = (
        (dead, people.death_day[dead] + draw.integers(1, 14, len(dead)), 0.0, True),
        (gone, people.dropout_day[gone] + draw.integers(10, 60, len(gone)), 1.0, True),
        (lately, last_day - draw.integers(1, 10, len(lately)), 0.6, True),
        (wrong, some_day.astype(np.int64), 0.5, False),
    )
    reports = stack(
        [
            {
                "person": person,
                "at": next_working_time(day * DAY + draw.integers(8, 16, len(day)) * HOUR, draw),
                "kind": np.where(draw.chance(moved, len(day)), MOVED, DECEASED),
                "is_true": np.full(len(day), is_true),
            }
            for person, day, moved, is_true in parts
        ]
    )
    count = len(reports["at"])
    decided = next_working_time(reports["at"] + draw.integers(20, 140, count) * HOUR, draw)
    is_answered = draw.chance(rates.REPORT_ANSWERED, count) & (decided < period.t1)
    reports["answered_at"] = np.where(is_answered, decided, NEVER)
    of_death = reports["is_true"] & (np.arange(count) < len(dead))
    served = of_death | (reports["at"] < people.leaves_day[reports["person"]] * DAY)
    reports = take(reports, np.flatnonzero(served & (reports["at"] < period.t1)))
    return take(reports, np.lexsort((reports["kind"], reports["at"], reports["person"])))


def gone_at(reports: Table, people: int) -> Array:
    """Clock of each person's first true report; `NEVER` for a person without one."""
    gone = np.full(people, NEVER)
    rows = np.flatnonzero(reports["is_true"])
    np.minimum.at(gone, reports["person"][rows], reports["at"][rows])
    return gone
