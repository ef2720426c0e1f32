"""Contacts and attempts of care managers: after discharges, after missed appointments, and routine contacts.

Must not be here: deadlines; the warehouse evaluates them.
"""

import numpy as np
import polars as pl

from synthetic import care, hospital, rates
from synthetic.draw import Array, Draw, Table, label, numbered, ordinal, stack, take
from synthetic.organization import Organization, manager_id
from synthetic.people import People
from synthetic.timeline import DAY, HOUR, MINUTE, NEVER, Period, dates, timestamp, to_weekday

OUTCOMES = (
    "reached",
    "left_message",
    "no_answer",
    "wrong_number",
    "declined",
    "scheduled",
    "rescheduled",
    "transferred",
    "deceased",
    "incarcerated",
    "moved",
)
REACHED, LEFT_MESSAGE, NO_ANSWER, WRONG_NUMBER, DECLINED, SCHEDULED, RESCHEDULED = range(7)
NO_CONTACT_OUTCOMES = np.array([LEFT_MESSAGE, NO_ANSWER, NO_ANSWER, WRONG_NUMBER])
CHANNELS = ("phone", "video", "in_person", "text", "mail", "email")


def calls_for_contact(episodes: Table) -> Array:
    """Whether the agency calls after the episode: psychiatric or medical stay, behavioral emergency visit, or crisis."""
    kinds = (
        hospital.PSYCH_STAY,
        hospital.MEDICAL_STAY,
        hospital.MENTAL_ED,
        hospital.SUBSTANCE_ED,
        hospital.CRISIS,
    )
    home = np.isin(episodes["disposition"], (hospital.HOME, hospital.AGAINST_ADVICE))
    return np.isin(episodes["kind"], kinds) & home & ~episodes["to_stay"]


def simulate_contacts(
    people: People,
    episodes: Table,
    appointments: Table,
    agency: Organization,
    period: Period,
    seed: int,
    chunk: int,
) -> Table:
    """Simulate all contacts and attempts with these people.

    Returns:
        Columns person, manager, at, outcome, channel, after_discharge; sorted by person and clock.
    """
    draw = Draw(seed, "outreach", chunk)
    contacts = stack(
        [
            *_after_discharge(people, episodes, period, draw),
            *_after_misses(appointments, period, draw),
            _routine(people, period, draw),
        ]
    )
    person = contacts["person"]
    manager = agency.manager[people.number[person]]
    # The first managers take turns calling clients without a care manager.
    manager = np.where(manager < 0, person % max(min(len(agency.manager_site), 3), 1), manager)
    contacts["manager"] = manager
    inside = hospital.in_stay(episodes, person, contacts["at"]) & ~contacts["after_discharge"]
    served = (
        people.is_client[person]
        & (contacts["at"] >= np.maximum(people.start_day[person] * DAY, period.t0))
        & (contacts["at"] < np.minimum(people.leaves_day[person] * DAY, period.t1))
    )
    contacts = take(contacts, np.flatnonzero(served & ~inside))
    return take(contacts, np.lexsort((contacts["outcome"], contacts["at"], contacts["person"])))


def _contact(
    person: Array, at: Array, outcome: Array, draw: Draw, *, after_discharge: bool = False
) -> Table:
    n = len(person)
    channel = np.where(
        np.isin(outcome, (LEFT_MESSAGE, NO_ANSWER, WRONG_NUMBER)),
        draw.pick([0.88, 0, 0, 0.12], n),
        draw.pick([0.8, 0.08, 0.12], n),
    )
    return {
        "person": person,
        "at": np.asarray(at, dtype=np.int64) // MINUTE * MINUTE,
        "outcome": outcome,
        "channel": channel,
        "after_discharge": np.full(n, after_discharge),
    }


def _after_discharge(people: People, episodes: Table, period: Period, draw: Draw) -> list[Table]:
    ended = (
        (episodes["end"] < period.t1)
        & calls_for_contact(episodes)
        & people.is_client[episodes["person"]]
    )
    changed = np.flatnonzero(ended & episodes["is_clock_change"])
    # Clocks went back overnight: 23.5 hours later in wall time is 24.5 hours after the discharge.
    half_past = _contact(
        episodes["person"][changed],
        episodes["end"][changed] + 23 * HOUR + 30 * MINUTE,
        np.full(len(changed), REACHED),
        draw,
        after_discharge=True,
    )
    rows = np.flatnonzero(ended & ~episodes["is_clock_change"])
    person, end, n = episodes["person"][rows], episodes["end"][rows], len(rows)
    hour = end % DAY
    # Attempts within 24 hours, in business hours: on the same day after a morning discharge, else on the next morning
    # before the hour of the discharge.
    same_day = (hour < 14 * HOUR) & draw.chance(0.45, n)
    morning = np.maximum(np.minimum(hour - 10 * MINUTE, 18 * HOUR), 8.2 * HOUR)
    soon = np.where(
        same_day,
        np.maximum(end + draw.uniform(1, 4, n) * HOUR, end // DAY * DAY + 8.5 * HOUR),
        (end // DAY + 1) * DAY + draw.uniform(8 * HOUR, morning, n),
    ).astype(np.int64)
    soon = np.where(
        hour < 9 * HOUR, end // DAY * DAY + (9 + 5 * draw.rng.random(n)) * HOUR, soon
    ).astype(np.int64)
    point = draw.rng.random(n)
    first = np.where(
        point < rates.CONTACT_24H,
        np.array([REACHED, SCHEDULED])[draw.pick([0.8, 0.2], n)],
        NO_CONTACT_OUTCOMES[draw.integers(0, 3, n)],
    )
    tried = point < rates.ATTEMPT_24H
    tables = [
        half_past,
        _contact(person[tried], soon[tried], first[tried], draw, after_discharge=True),
    ]
    open_still = np.flatnonzero(point >= rates.CONTACT_24H)
    for turn in range(3):
        at = (
            to_weekday((end[open_still] // DAY + 2 + turn * 2) * DAY)
            + draw.integers(9 * 60, 17 * 60, len(open_still)) * MINUTE
        )
        got_through = draw.chance(rates.CONTACT_7D_OF_REST / 2.2, len(open_still))
        outcome = np.where(
            got_through,
            np.array([REACHED, SCHEDULED])[draw.pick([0.7, 0.3], len(open_still))],
            NO_CONTACT_OUTCOMES[draw.integers(0, 3, len(open_still))],
        )
        late = at > end[open_still] + DAY
        tables.append(
            _contact(person[open_still][late], at[late], outcome[late], draw, after_discharge=True)
        )
        open_still = open_still[~got_through]
    return tables


def _after_misses(appointments: Table, period: Period, draw: Draw) -> list[Table]:
    n = len(appointments["at"])
    missed = np.isin(appointments["status"], (care.NO_SHOW, care.LATE_CANCEL)) & (
        appointments["at"] < period.t1
    )
    rows = np.flatnonzero(missed & draw.chance(rates.MISS_FOLLOWED_UP, n))
    person = appointments["person"][rows]
    soon = draw.chance(0.8, len(rows))
    at = (appointments["at"][rows] // DAY + np.where(soon, 1, draw.integers(3, 6, len(rows)))) * DAY
    at = (
        at
        + np.where((at // DAY + 3) % 7 >= 5, 2 * DAY, 0)
        + draw.integers(8 * 60 + 30, 17 * 60, len(rows)) * MINUTE
    )
    outcome = np.array([REACHED, LEFT_MESSAGE, NO_ANSWER, RESCHEDULED, SCHEDULED, DECLINED])[
        draw.pick([0.22, 0.24, 0.24, 0.14, 0.13, 0.03], len(rows))
    ]
    return [_contact(person, at, outcome, draw)]


def _routine(people: People, period: Period, draw: Draw) -> Table:
    first = np.maximum(people.start_day * DAY, period.t0)
    last = np.minimum(people.leaves_day * DAY, period.t1)
    years = np.where(people.is_client, np.maximum(last - first, 0) / (365.25 * DAY), 0)
    person = np.repeat(
        np.arange(len(people)), draw.rng.poisson(rates.ROUTINE_CONTACT_PER_YEAR * years)
    )
    n = len(person)
    at = to_weekday(
        (first[person] + draw.rng.random(n) * (last - first)[person]).astype(np.int64) // DAY * DAY
    )
    outcome = draw.pick([0.55, 0.19, 0.15, 0.015, 0.02, 0.06, 0.01, 0.002, 0, 0.002, 0.001], n)
    return _contact(person, at + draw.integers(8 * 60 + 30, 17 * 60, n) * MINUTE, outcome, draw)


def contact_rows(
    contacts: Table, people: People, client_id: pl.Series, seed: int, chunk: int
) -> pl.DataFrame:
    """Rows of outreach_log.contact; one in ten has no contact_id, like a row of a returned workbook."""
    draw = Draw(seed, "outreach.rows", chunk)
    n = len(contacts["at"])
    person, outcome = contacts["person"], contacts["outcome"]
    spoke = np.isin(outcome, (REACHED, DECLINED, SCHEDULED, RESCHEDULED))
    contact_id = numbered("k", people.number[person] + 1, 7) + numbered("-", ordinal(person) + 1, 3)
    reported = draw.chance(0.7, n)
    return pl.DataFrame(
        {
            "contact_id": contact_id.set(pl.Series(draw.chance(0.1, n)), None) if n else contact_id,
            "client_id": client_id,
            "staff_id": manager_id(contacts["manager"]),
            "contacted_at": timestamp(contacts["at"]),
            "channel": label(CHANNELS, contacts["channel"]),
            "outcome": label(OUTCOMES, outcome),
            "is_two_way": label(("false", "true"), np.where(reported, spoke.astype(np.int64), -1)),
            "next_follow_up_date": dates(np.where(spoke, NEVER, contacts["at"] // DAY + 3)),
            "minutes": np.where(spoke, draw.integers(8, 35, n), draw.integers(1, 5, n)),
            "instructions_reviewed": label(
                ("true",), np.where(contacts["after_discharge"] & spoke, 0, -1)
            ),
            "medications_reconciled": label(
                ("true",),
                np.where(contacts["after_discharge"] & spoke & (contacts["at"] % 3 > 0), 0, -1),
            ),
        }
    )
