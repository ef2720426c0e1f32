"""The agency's services: appointments, their status, and completed visits.

Each service line has a regular series of appointments. Follow-ups after the acute episodes of `hospital`, walk-ins and
crisis visits come on top. `claims` bills the follow-ups at other providers. Must not be here: identifiers, files.
"""

from dataclasses import dataclass

import numpy as np

from synthetic import codes, hospital, rates
from synthetic.draw import Array, Draw, Table, ordinal, repeat, stack, take
from synthetic.orders import INTERVALS, Orders
from synthetic.organization import (
    COORDINATION,
    CRISIS,
    MEDICATION,
    OUTPATIENT,
    PSYCHIATRY,
    RECOVERY,
    YOUTH,
)
from synthetic.people import People
from synthetic.timeline import (
    DAY,
    HOUR,
    MINUTE,
    NEVER,
    Period,
    next_working_time,
    to_weekday,
)

STATUSES = (
    "scheduled",
    "kept",
    "no_show",
    "late_cancel",
    "client_cancel",
    "clinic_cancel",
    "rescheduled",
)
SCHEDULED, KEPT, NO_SHOW, LATE_CANCEL, CLIENT_CANCEL, CLINIC_CANCEL, RESCHEDULED = range(7)
OPEN = -1  # status not drawn yet

# Multiplies the no-show rate, by service line.
NO_SHOW_FACTOR = (1.0, 1.0, 0.9, 1.2, 0.8, 0.6, 0.8, 0.3, 1.3)


@dataclass(frozen=True)
class Care:
    """Appointments and visits, each sorted by person and clock, and follow-up visits at other providers."""

    appointments: Table
    visits: Table
    elsewhere: Table


def simulate_care(
    people: People, orders: Orders, episodes: Table, period: Period, seed: int, chunk: int
) -> Care:
    """Simulate the appointments and visits of these people by their orders and around their acute episodes."""
    draw = Draw(seed, "care", chunk)
    planned = [_series(people, orders.of(line), period, draw) for line in INTERVALS]
    follow_ups, elsewhere = _follow_ups(people, episodes, period, draw)
    appointments = _with_status(stack([*planned, *follow_ups]), people, episodes, period, draw)
    appointments = _with_rebooked(
        appointments, people, episodes, period, Draw(seed, "care.rebooked", chunk)
    )
    order = np.lexsort(
        (appointments["created"], appointments["line"], appointments["at"], appointments["person"])
    )
    moved_to = np.argsort(order)[np.maximum(appointments["moved_to"], 0)]
    appointments["moved_to"] = np.where(appointments["moved_to"] >= 0, moved_to, -1)
    appointments = take(appointments, order)
    modality = draw.pick(codes.MODALITY_SHARE, len(order))
    hands_on = np.isin(appointments["line"], (codes.GROUP, codes.MOUD, codes.INJECTION))
    appointments["modality"] = np.where(hands_on, 0, modality)
    appointments["program"] = _programs(people, appointments["person"], appointments["line"], draw)
    visits = _visits(people, orders, episodes, appointments, period, draw)
    return Care(appointments, visits, elsewhere)


def _series(people: People, orders: Orders, period: Period, draw: Draw) -> Table:
    n, member, interval = len(people), orders.person, orders.interval
    first_day, last_day = period.t0 // DAY, period.t1 // DAY
    newly = people.start_day[member] >= first_day
    begin = np.where(newly, people.start_day[member] + 5, first_day) + draw.integers(
        0, interval, len(member)
    )
    until = people.engaged_until[member]
    comes_on = until >= last_day
    counts = np.maximum((np.minimum(until, last_day + 130) - begin) // interval + 1, 0)
    owner, turn = repeat(counts)
    day = (
        begin[owner]
        + turn * interval[owner]
        + np.where(turn > 0, draw.integers(-3, 3, len(owner)), 0)
    )
    at = to_weekday(day * DAY) + (8 * 60 + 30 * draw.integers(0, 17, len(owner))) * MINUTE
    created = np.where(
        turn > 0, at - interval[owner] * DAY + HOUR, at - draw.integers(4, 12, len(owner)) * DAY
    )
    future = at >= period.t1
    next_one = np.zeros(len(owner), dtype=bool)
    ahead = np.flatnonzero(future)
    next_one[ahead[ordinal(owner[ahead]) == 0]] = True
    without = draw.chance(rates.NO_NEXT_APPOINTMENT, n)
    keep = np.where(
        future, next_one & comes_on[owner] & ~without[member[owner]], at < until[owner] * DAY
    )
    rows = np.flatnonzero(keep & (created < period.t1))
    return {
        "person": member[owner[rows]],
        "line": orders.line[owner[rows]],
        "at": at[rows],
        "created": np.minimum(created, at - 2 * HOUR)[rows],
        "status": np.full(len(rows), OPEN),
        "is_first": newly[owner[rows]] & (turn[rows] == 0),
    }


def _follow_ups(
    people: People, episodes: Table, period: Period, draw: Draw
) -> tuple[list[Table], Table]:
    person, end = episodes["person"], episodes["end"]
    n = len(person)
    over = (end < period.t1) & (episodes["disposition"] != hospital.EXPIRED)
    served = (
        over
        & people.is_client[person]
        & (people.start_day[person] * DAY <= end)
        & (end < people.leaves_day[person] * DAY)
    )
    slot = (8 * 60 + 30 * draw.integers(0, 17, n)) * MINUTE
    at = (end // DAY + episodes["follow_days"]) * DAY + slot
    comes = (episodes["follow"] != hospital.NO_FOLLOW_UP) & (at < people.death_day[person] * DAY)
    line = np.array([codes.THERAPY, codes.PSYCHIATRY])[draw.pick([0.55, 0.45], n)]
    substance = np.isin(episodes["kind"], (hospital.SUBSTANCE_ED, hospital.DETOX_STAY))
    line = np.where(substance & people.in_part2[person], codes.GROUP, line)
    made = end + draw.integers(0, 20 * HOUR, n)
    kept = np.flatnonzero(served & comes)
    missed_at = to_weekday((end // DAY + draw.integers(2, 7, n)) * DAY) + slot
    watched = (episodes["lapse_at"] > 0) & (missed_at > end + DAY)
    missed = np.flatnonzero(
        served & ~comes & watched & draw.chance(rates.FOLLOW_APPOINTMENT_MISSED, n)
    )
    tables = []
    for rows, when, status in (
        (kept, at, np.full(n, KEPT)),
        (missed, missed_at, np.where(draw.chance(0.8, n), NO_SHOW, LATE_CANCEL)),
    ):
        rows = rows[made[rows] < period.t1]
        tables.append(
            {
                "person": person[rows],
                "line": line[rows],
                "at": when[rows],
                "created": np.minimum(made, when - HOUR)[rows],
                "status": status[rows],
                "is_first": np.zeros(len(rows), dtype=bool),
            }
        )
    other = np.flatnonzero(over & ~served & comes & (at < period.t1))
    return tables, {"person": person[other], "at": at[other], "is_substance": substance[other]}


def _with_status(
    table: Table, people: People, episodes: Table, period: Period, draw: Draw
) -> Table:
    n = len(table["person"])
    person, at, line = table["person"], table["at"], table["line"]
    misses = rates.NO_SHOW * people.no_show_factor[person] * np.array(NO_SHOW_FACTOR)[line]
    misses = np.where(
        table["is_first"] & (line == codes.PSYCHIATRY),
        rates.NO_SHOW_FIRST_PSYCHIATRY,
        np.minimum(misses, 0.6),
    )
    others = (rates.LATE_CANCEL, rates.CLIENT_CANCEL, rates.CLINIC_CANCEL, rates.RESCHEDULED)
    edges = np.cumsum(np.stack([misses, *(np.full(n, share) for share in others)], axis=1), axis=1)
    drawn = (draw.rng.random(n)[:, None] >= edges).sum(axis=1)
    drawn = np.array([NO_SHOW, LATE_CANCEL, CLIENT_CANCEL, CLINIC_CANCEL, RESCHEDULED, KEPT])[drawn]
    lapsing = hospital.in_lapse(episodes, person, at)
    drawn = np.where(
        lapsing,
        np.array([NO_SHOW, LATE_CANCEL, CLIENT_CANCEL, CLINIC_CANCEL])[
            draw.pick([0.3, 0.1, 0.35, 0.25], n)
        ],
        drawn,
    )
    inside = hospital.in_stay(episodes, person, at)
    drawn = np.where(inside, np.where(drawn == NO_SHOW, CLINIC_CANCEL, drawn), drawn)
    status = np.where(table["status"] == OPEN, drawn, table["status"])
    status = np.where((status == KEPT) & inside, CLINIC_CANCEL, status)
    table["status"] = np.where(at >= period.t1, SCHEDULED, status)
    table["moved_to"] = np.full(n, -1)

    moved = np.flatnonzero(table["status"] == RESCHEDULED)
    table["moved_to"][moved] = n + np.arange(len(moved))
    later = (
        to_weekday((at[moved] // DAY + draw.integers(3, 10, len(moved))) * DAY) + at[moved] % DAY
    )
    second = np.where(
        hospital.in_lapse(episodes, person[moved], later),
        NO_SHOW,
        np.where(draw.chance(0.75, len(moved)), KEPT, NO_SHOW),
    )
    gone = later >= people.death_day[person[moved]] * DAY
    second = np.where(gone, CLINIC_CANCEL, second)
    changed = np.maximum(
        at[moved] - draw.integers(4, 70, len(moved)) * HOUR, table["created"][moved] + HOUR
    )
    extra = take(table, moved) | {
        "at": later,
        "created": changed,
        "status": np.where(later >= period.t1, SCHEDULED, second),
        "moved_to": np.full(len(moved), -1),
    }
    table = stack([table, extra])
    status, at = table["status"], table["at"]
    n = len(at)
    before = np.select(
        [status == LATE_CANCEL, status == CLIENT_CANCEL, status == CLINIC_CANCEL],
        [draw.integers(1, 20, n), draw.integers(25, 140, n), draw.integers(5, 70, n)],
        0,
    )
    status_at = np.where(before > 0, at - before * HOUR, at + draw.integers(5, 50, n) * MINUTE)
    status_at = np.where(
        status == SCHEDULED, table["created"], np.maximum(status_at, table["created"] + 30 * MINUTE)
    )
    status_at[moved] = extra["created"]
    table["status_at"] = status_at
    table["rebooked_at"] = np.full(n, NEVER)
    return table


def _with_rebooked(
    table: Table, people: People, episodes: Table, period: Period, draw: Draw
) -> Table:
    """Add the appointments that replace missed and cancelled ones, without a link to them."""
    person, at, status = table["person"], table["at"], table["status"]
    n = len(at)
    lost = np.isin(status, (NO_SHOW, LATE_CANCEL, CLIENT_CANCEL, CLINIC_CANCEL))
    # People who often miss appointments are also rebooked less often.
    share = np.clip(rates.REBOOKED * (1.25 - 0.25 * people.no_show_factor[person]), 0.1, 0.9)
    # A missed appointment is rebooked on the next working days, a cancelled one with its cancellation.
    base = np.where(status == NO_SHOW, at, table["status_at"])
    created = next_working_time(base + draw.integers(2, 60, n) * HOUR, draw)
    day = np.maximum(at, created) // DAY + draw.integers(2, 10, n)
    later = to_weekday(day * DAY) + (8 * 60 + 30 * draw.integers(0, 17, n)) * MINUTE
    rows = np.flatnonzero(
        lost
        & draw.chance(share, n)
        & (at < period.t1)
        & (created < period.t1)
        & (created < later - HOUR)
        & (later < people.engaged_until[person] * DAY)
        & ~hospital.in_lapse(episodes, person, later)
        & ~hospital.in_stay(episodes, person, later)
    )
    table["rebooked_at"][rows] = created[rows]
    drawn = np.array([KEPT, NO_SHOW, CLIENT_CANCEL])[draw.pick([0.78, 0.17, 0.05], len(rows))]
    later, created = later[rows], created[rows]
    before = np.maximum(later - draw.integers(25, 60, len(rows)) * HOUR, created + 30 * MINUTE)
    settled = np.where(
        drawn == CLIENT_CANCEL, before, later + draw.integers(5, 50, len(rows)) * MINUTE
    )
    added = take(table, rows) | {
        "at": later,
        "created": created,
        "status": np.where(later >= period.t1, SCHEDULED, drawn),
        "status_at": np.where(later >= period.t1, created, settled),
        "is_first": np.zeros(len(rows), dtype=bool),
        "moved_to": np.full(len(rows), -1),
        "rebooked_at": np.full(len(rows), NEVER),
    }
    return stack([table, added])


def _programs(people: People, person: Array, line: Array, draw: Draw) -> Array:
    n = len(person)
    usual = np.where(people.age[person] < 18, YOUTH, OUTPATIENT)
    in_part2 = people.in_part2[person]
    recovers = in_part2 & (draw.chance(0.3, n) | (people.group[person] == codes.SUBSTANCE))
    program = np.select(
        [
            line == codes.MOUD,
            (line == codes.GROUP) & in_part2,
            (line == codes.THERAPY) & recovers,
            np.isin(line, (codes.PSYCHIATRY, codes.INJECTION)),
            np.isin(line, (codes.CASE_MANAGEMENT, codes.PEER)),
            line == codes.CRISIS,
        ],
        [MEDICATION, RECOVERY, RECOVERY, PSYCHIATRY, COORDINATION, CRISIS],
        usual,
    )
    return np.where(draw.chance(0.04, n), -1, program)


def _visits(
    people: People,
    orders: Orders,
    episodes: Table,
    appointments: Table,
    period: Period,
    draw: Draw,
) -> Table:
    begun = appointments["at"] + draw.integers(-5, 15, len(appointments["at"])) * MINUTE
    held = np.flatnonzero(
        (appointments["status"] == KEPT)
        & ~draw.chance(rates.KEPT_WITHOUT_VISIT, len(begun))
        & ~hospital.in_stay(episodes, appointments["person"], begun)
    )
    tables = [
        {
            "person": appointments["person"][held],
            "start": begun[held],
            "line": appointments["line"][held],
            "appointment": held,
            "modality": appointments["modality"][held],
            "program": appointments["program"][held],
        }
    ]
    first = np.maximum(people.start_day * DAY, period.t0)
    last = np.minimum(people.engaged_until * DAY, period.t1)
    years = np.where(people.is_client, np.maximum(last - first, 0) / (365.25 * DAY), 0.0)
    unplanned = (
        (
            rates.WALK_IN_PER_YEAR * years,
            (codes.CASE_MANAGEMENT, codes.THERAPY, codes.PEER, codes.PSYCHIATRY),
        ),
        (rates.CRISIS_VISIT_PER_YEAR * years * people.frailty, (codes.CRISIS,)),
    )
    for expected, lines in unplanned:
        person = np.repeat(np.arange(len(people)), draw.rng.poisson(expected))
        n = len(person)
        start = first[person] + (draw.rng.random(n) * (last - first)[person]).astype(np.int64)
        start = start // DAY * DAY + (8 * 60 + draw.integers(0, 660, n)) * MINUTE
        line = np.array(lines)[draw.integers(0, len(lines) - 1, n)]
        # A client who walks in comes for a service that is ordered.
        is_own = orders.has(len(people), line, person) | (line == codes.CRISIS)
        line = np.where(is_own, line, orders.first_line(len(people))[person])
        rows = np.flatnonzero(
            ~hospital.in_lapse(episodes, person, start)
            & (start < last[person])
            & (start >= first[person])
        )
        tables.append(
            {
                "person": person[rows],
                "start": start[rows],
                "line": line[rows],
                "appointment": np.full(len(rows), -1),
                "modality": np.where(line == codes.CRISIS, 4, draw.pick(codes.MODALITY_SHARE, n))[
                    rows
                ],
                "program": _programs(people, person[rows], line[rows], draw),
            }
        )
    visits = stack(tables)
    visits = take(visits, np.lexsort((visits["appointment"], visits["start"], visits["person"])))
    n = len(visits["start"])
    minutes = np.array(codes.SERVICE_MINUTES)[visits["line"]] + draw.integers(-5, 5, n)
    visits["end"] = visits["start"] + minutes * MINUTE
    lag = np.select(
        [draw.chance(rates.NOTE_UNSIGNED, n), draw.chance(rates.NOTE_LATE, n)],
        [np.full(n, NEVER), draw.integers(73 * HOUR, 20 * DAY, n)],
        draw.integers(10 * MINUTE, 30 * HOUR, n),
    )
    visits["signed"] = np.where(lag >= NEVER, NEVER, visits["end"] + lag)
    person, program = visits["person"], visits["program"]
    own = people.diagnosis[person]
    substance = np.array([codes.INDEX[code] for code in codes.SUBSTANCES])[
        np.maximum(people.substance[person], 0)
    ]
    recovery = np.isin(program, (RECOVERY, MEDICATION)) & (people.substance[person] >= 0)
    visits["dx"] = np.where(recovery, substance, own)
    visits["dx_2"] = np.where(recovery & (own != substance), own, -1)
    return visits
