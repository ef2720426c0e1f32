"""Contacts and attempts of care managers: after discharges, after missed appointments, and routine contacts.

Must not be here: deadlines; the warehouse evaluates them.
"""

import numpy as np
import polars as pl

from synthetic import care, hospital, rates
from synthetic.draw import Array, Draw, Table, label, numbered, ordinal, stack, take
from synthetic.feeds.identity import phone_change, second_phone
from synthetic.feeds.reports import KINDS, gone_at
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
(
    REACHED,
    LEFT_MESSAGE,
    NO_ANSWER,
    WRONG_NUMBER,
    DECLINED,
    SCHEDULED,
    RESCHEDULED,
    TRANSFERRED,
) = range(8)
NO_CONTACT_OUTCOMES = np.array([LEFT_MESSAGE, NO_ANSWER, NO_ANSWER, LEFT_MESSAGE])
CHANNELS = ("phone", "video", "in_person", "text", "mail", "email")
PHONE, VIDEO, IN_PERSON, TEXT, MAIL, EMAIL = range(6)


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
    reports: Table,
    agency: Organization,
    period: Period,
    seed: int,
    chunk: int,
) -> Table:
    """Simulate all contacts and attempts with these people; `reports` are those of `feeds.reports`.

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
    person, at = contacts["person"], contacts["at"]
    inside = hospital.in_stay(episodes, person, at) & ~contacts["after_discharge"]
    heard = inside & draw.chance(rates.HEARD_OF_STAY, len(at))
    contacts["outcome"] = np.where(heard, TRANSFERRED, contacts["outcome"])
    contacts["channel"] = np.where(heard, PHONE, contacts["channel"])
    served = (
        people.is_client[person]
        & (at >= np.maximum(people.start_day[person] * DAY, period.t0))
        & (at < np.minimum(people.leaves_day[person] * DAY, period.t1))
        & (at < gone_at(reports, len(people))[person])
    )
    contacts = take(contacts, np.flatnonzero(served & (~inside | heard)))
    outcome = np.array([OUTCOMES.index(kind) for kind in KINDS])[reports["kind"]]
    heard_of = _contact(
        reports["person"], reports["at"], outcome, Draw(seed, "outreach.reports", chunk)
    )
    contacts = stack([contacts, heard_of])
    manager = agency.manager[people.number[contacts["person"]]]
    manager = agency.worker(manager, contacts["at"])
    # The first managers take turns calling clients without a care manager.
    turn = contacts["person"] % max(min(len(agency.manager_site), 3), 1)
    contacts["manager"] = np.where(manager < 0, turn, manager)
    order = np.lexsort((contacts["outcome"], contacts["at"], contacts["person"]))
    return _with_wrong_numbers(take(contacts, order), people, period, seed, chunk)


def _with_wrong_numbers(
    contacts: Table, people: People, period: Period, seed: int, chunk: int
) -> Table:
    """Outcomes and channels while the number on record is wrong.

    The first attempt finds that out. Later ones use the second number, else a letter. Without a second number the client
    is met in person.
    """
    person, outcome, channel = contacts["person"], contacts["outcome"], contacts["channel"]
    wrong = phone_change(people, period, seed, chunk).is_wrong(person, contacts["at"])
    alone = wrong & (second_phone(people, seed, chunk)[person] < 0)
    attempt = np.isin(outcome, (LEFT_MESSAGE, NO_ANSWER, WRONG_NUMBER))
    tried = np.flatnonzero(wrong & attempt)
    first = np.zeros(len(person), dtype=bool)
    first[tried[np.unique(person[tried], return_index=True)[1]]] = True
    outcome = np.where(outcome == WRONG_NUMBER, NO_ANSWER, outcome)
    outcome = np.where(alone & attempt, LEFT_MESSAGE, outcome)
    channel = np.where(alone, np.where(attempt, MAIL, IN_PERSON), channel)
    contacts["outcome"] = np.where(first, WRONG_NUMBER, outcome)
    contacts["channel"] = np.where(first, PHONE, channel)
    return contacts


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
        draw.pick([0.20, 0.19, 0.19, 0.20, 0.19, 0.03], len(rows))
    ]
    # A call that books is the one at which the new appointment was made.
    booked = appointments["rebooked_at"][rows]
    books = np.isin(outcome, (RESCHEDULED, SCHEDULED))
    at = np.where(books & (booked < NEVER), booked, at)
    outcome = np.where(books & (booked >= NEVER), REACHED, outcome)
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
    outcome = draw.pick([0.55, 0.19, 0.165, 0, 0.02, 0.06, 0.01, 0.002, 0, 0.003], n)
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
    later = Draw(seed, "outreach.follow_up", chunk)
    attempt = np.isin(outcome, (LEFT_MESSAGE, NO_ANSWER))
    days = np.where(attempt, later.integers(1, 5, n), later.integers(6, 13, n))
    again = to_weekday((contacts["at"] // DAY + days) * DAY) // DAY
    share = np.select(
        [attempt, outcome == REACHED], [rates.TRY_AGAIN_NAMED, rates.CALL_AGAIN_NAMED], 0.0
    )
    named_day = later.chance(share, n) & (again > contacts["at"] // DAY)
    return pl.DataFrame(
        {
            "contact_id": contact_id.set(pl.Series(draw.chance(0.1, n)), None) if n else contact_id,
            "client_id": client_id,
            "staff_id": manager_id(contacts["manager"]),
            "contacted_at": timestamp(contacts["at"]),
            "channel": label(CHANNELS, contacts["channel"]),
            "outcome": label(OUTCOMES, outcome),
            "is_two_way": label(("false", "true"), np.where(reported, spoke.astype(np.int64), -1)),
            "next_follow_up_date": dates(np.where(named_day, again, NEVER)),
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
