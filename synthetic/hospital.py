"""Acute episodes of a chunk of people: hospital stays, emergency visits and crisis-center visits.

One row per episode, sorted by person and start. Episodes of a person never overlap. Alerts (`adt`), claims and
follow-up care are derived from these rows. Must not be here: the senders' record layouts.
"""

import numpy as np

from synthetic import codes, rates
from synthetic.draw import Array, Draw, Table, stack, take
from synthetic.organization import (
    ACUTE,
    CRISIS_CENTER,
    DETOX,
    FREESTANDING_ED,
    NURSING,
    PSYCHIATRIC,
    Organization,
)
from synthetic.people import MEDICAID, People
from synthetic.timeline import DAY, HOUR, MINUTE, NEVER, Period, day_number

(
    PSYCH_STAY,
    MEDICAL_STAY,
    DETOX_STAY,
    OBSERVATION,
    NONACUTE,
    MENTAL_ED,
    SUBSTANCE_ED,
    MEDICAL_ED,
    CRISIS,
) = range(9)
STAYS = (PSYCH_STAY, MEDICAL_STAY, DETOX_STAY, OBSERVATION, NONACUTE)
EMERGENCY = (MENTAL_ED, SUBSTANCE_ED, MEDICAL_ED)
NO_FOLLOW_UP, FOLLOWED_SHORT, FOLLOWED_LONG = range(3)
HOME, TRANSFER, NURSING_HOME, PSYCH_TRANSFER, AGAINST_ADVICE, EXPIRED, LAW = range(7)
DISPOSITION_CODES = ("01", "02", "03", "65", "07", "20", "21")
FAR = np.int64(10) ** 11

# Relative rate of psychiatric stays and emergency visits, by diagnosis group.
ACUITY = np.array([2.3, 1.9, 1.9, 0.6, 0.4, 0.7, 0.3, 0.5, 0.4, 0.8])


def simulate_episodes(
    people: People, agency: Organization, period: Period, seed: int, chunk: int
) -> Table:
    """Simulate the acute episodes of these people.

    Returns:
        Columns person (row of `people`), kind, facility, start, end (clocks; an episode that ends at or after the
        period's end is still open), dx (principal), dx_2 (-1: none), disposition, from_ed, to_stay (the emergency visit
        ends in a stay), follow (NO_FOLLOW_UP, FOLLOWED_SHORT, FOLLOWED_LONG), follow_days (days from the discharge to
        the follow-up), lapse_at (clock until which the person has no other visit), and is_clock_change (the discharge
        on the evening before clocks go back).
    """
    draw = Draw(seed, "hospital", chunk)
    n = len(people)
    acuity = ACUITY[people.group] * np.where(people.substance >= 0, 1.3, 0.9)
    acuity = people.frailty * acuity / (ACUITY.mean() * 1.15)
    bodily = people.frailty * (0.7 + 0.6 * (people.age >= 45) + 0.4 * people.has_diabetes)
    has_sud = people.substance >= 0
    yearly = {
        PSYCH_STAY: rates.PSYCH_STAY * acuity,
        MEDICAL_STAY: rates.MEDICAL_STAY * bodily,
        DETOX_STAY: rates.DETOX_STAY_OF_SUD * people.frailty * has_sud,
        OBSERVATION: rates.OBSERVATION * bodily,
        MENTAL_ED: rates.MENTAL_ED * acuity,
        SUBSTANCE_ED: rates.SUBSTANCE_ED * people.frailty * has_sud / 0.35,
        MEDICAL_ED: rates.MEDICAL_ED * bodily,
        CRISIS: rates.CRISIS_CENTER * acuity,
    }
    tables = []
    for kind, rate in yearly.items():
        person = np.repeat(np.arange(n), draw.rng.poisson(rate * period.years))
        tables.append(
            _episodes(person, kind, draw.integers(period.t0, period.t1 - 1, len(person)), draw)
        )
    tables.append(_recent_discharges(people, period, draw))
    dying = np.flatnonzero((people.death_day < NEVER) & draw.chance(rates.DEATH_IN_HOSPITAL, n))
    final = _episodes(dying, MEDICAL_STAY, people.death_day[dying] * DAY - 3 * DAY, draw)
    final["end"] = people.death_day[dying] * DAY + 5 * HOUR
    tables.append(final)
    episodes = _without_overlap(_with_readmissions(stack(tables), draw))
    alive = episodes["start"] < np.minimum(people.death_day[episodes["person"]] * DAY, period.t1)
    episodes = _add_clock_change_stay(take(episodes, alive), people, period, chunk)
    return _with_details(episodes, people, agency, draw)


def _episodes(person: Array, kind: int, start: Array, draw: Draw) -> Table:
    n = len(person)
    days = np.exp(
        draw.rng.normal(
            {PSYCH_STAY: 1.75, MEDICAL_STAY: 1.3, DETOX_STAY: 1.5, NONACUTE: 2.8}.get(kind, 0.0),
            0.6,
            n,
        )
    )
    if kind in (PSYCH_STAY, MEDICAL_STAY, DETOX_STAY, NONACUTE):
        # Inpatient units discharge in the daytime, at any hour of admission.
        day = start // DAY + np.maximum(days, 1).astype(np.int64)
        end = day * DAY + (9.5 * HOUR + draw.rng.beta(2, 2, n) * 9.5 * HOUR).astype(np.int64)
    else:
        hours = {OBSERVATION: (18, 46), CRISIS: (6, 40)}.get(kind, (2, 14))
        end = start + (draw.uniform(*hours, n) * HOUR).astype(np.int64)
    return {
        "person": np.asarray(person, dtype=np.int64),
        "kind": np.full(n, kind),
        "start": start // MINUTE * MINUTE,
        "end": end // MINUTE * MINUTE,
    }


def _recent_discharges(people: People, period: Period, draw: Draw) -> Table:
    """Discharges in the last three days of the period, so that a list at its end has recent discharges."""
    served = (
        people.has_recent_discharge
        & (people.leaves_day * DAY >= period.t1)
        & (people.start_day * DAY < period.t1 - 7 * DAY)
    )
    person = np.flatnonzero(served)
    kind = np.array([PSYCH_STAY, MENTAL_ED, MEDICAL_STAY, SUBSTANCE_ED, CRISIS])[
        draw.pick([0.45, 0.2, 0.15, 0.1, 0.1], len(person))
    ]
    tables = []
    for each in np.unique(kind):
        table = _episodes(
            person[kind == each],
            int(each),
            np.full(int((kind == each).sum()), period.t1 - 12 * DAY),
            draw,
        )
        length = table["end"] - table["start"]
        back = draw.integers(1, 3, len(length)) * DAY
        end = period.t1 - back + table["end"] % DAY
        tables.append(table | {"end": end, "start": end - length})
    return stack(tables) if tables else _episodes(person, PSYCH_STAY, person, draw)


def _with_readmissions(episodes: Table, draw: Draw) -> Table:
    """Add readmissions within 30 days, second readmissions, and transfers to nursing or residential care."""
    tables, latest = [episodes], episodes
    for _ in range(2):
        again = []
        for kind, rate in (
            (PSYCH_STAY, rates.READMITTED_PSYCH),
            (MEDICAL_STAY, rates.READMITTED_MEDICAL),
        ):
            rows = np.flatnonzero((latest["kind"] == kind) & draw.chance(rate, len(latest["kind"])))
            start = latest["end"][rows] + draw.integers(30 * HOUR, 29 * DAY, len(rows))
            again.append(_episodes(latest["person"][rows], kind, start, draw))
        latest = stack(again)
        tables.append(latest)
    moved = np.flatnonzero(
        np.isin(episodes["kind"], (PSYCH_STAY, MEDICAL_STAY))
        & draw.chance(rates.NONACUTE_AFTER_STAY, len(episodes["kind"]))
    )
    start = episodes["end"][moved] + 26 * HOUR
    tables.append(_episodes(episodes["person"][moved], NONACUTE, start, draw))
    return stack(tables)


def _without_overlap(episodes: Table) -> Table:
    order = np.lexsort((episodes["kind"], episodes["end"], episodes["start"], episodes["person"]))
    episodes = take(episodes, order)
    offset = episodes["person"] * FAR
    until = np.maximum.accumulate(episodes["end"] + offset)
    free = episodes["start"][1:] + offset[1:] >= until[:-1] + DAY
    # The first episode never overlaps. The slice covers an agency without episodes.
    return take(episodes, np.r_[True, free][: len(until)])


def _add_clock_change_stay(episodes: Table, people: People, period: Period, chunk: int) -> Table:
    """Add a stay that ends at 20:00 on the day before clocks go back: 24 hours later it is 19:00 local time."""
    episodes["is_clock_change"] = np.zeros(len(episodes["person"]), dtype=bool)
    change = period.autumn_change()
    if chunk or change is None:
        return episodes
    day = day_number(change)
    fits = (
        people.is_client
        & (people.start_day < day - 60)
        & (people.engaged_until > day + 60)
        & (people.insurance == MEDICAID)
    )
    chosen = np.flatnonzero(fits & (people.age >= 18) & people.is_smi & ~people.duplicate)[:1]
    others = take(episodes, np.flatnonzero(~np.isin(episodes["person"], chosen)))
    evening = day * DAY - 4 * HOUR
    added = {
        "person": chosen,
        "kind": np.full(len(chosen), PSYCH_STAY),
        "start": np.full(len(chosen), evening - 6 * DAY),
        "end": np.full(len(chosen), evening),
        "is_clock_change": np.ones(len(chosen), dtype=bool),
    }
    both = stack([others, added])
    return take(both, np.lexsort((both["start"], both["person"])))


def _with_details(episodes: Table, people: People, agency: Organization, draw: Draw) -> Table:
    person, kind, n = episodes["person"], episodes["kind"], len(episodes["person"])
    own, substance = people.diagnosis[person], np.maximum(people.substance[person], 0)
    suits_bed = np.isin(
        people.group[person],
        (codes.SCHIZOPHRENIA, codes.BIPOLAR, codes.DEPRESSION_SEVERE, codes.CONDUCT),
    )
    mental = np.where(suits_bed | draw.chance(0.5, n), own, codes.INDEX["F32.9"])
    mental = np.where(people.group[person] == codes.SUBSTANCE, codes.INDEX["F32.9"], mental)
    dx = np.full(n, -1)
    dx = np.where(np.isin(kind, (PSYCH_STAY, CRISIS)), mental, dx)
    dx = np.where(kind == DETOX_STAY, _codes(codes.SUBSTANCES)[substance], dx)
    dx = np.where(
        np.isin(kind, (MEDICAL_STAY, OBSERVATION, NONACUTE)),
        _random_codes(codes.MEDICAL_STAY, n, draw),
        dx,
    )
    dx = np.where(kind == MEDICAL_ED, _random_codes(codes.MEDICAL_ED, n, draw), dx)
    overdose = draw.chance(0.25, n)
    dx = np.where(
        kind == SUBSTANCE_ED,
        np.where(
            overdose, _codes(codes.OVERDOSE)[substance], _codes(codes.SUBSTANCE_ED)[substance]
        ),
        dx,
    )
    self_harm = draw.chance(rates.SELF_HARM_ED / (rates.SELF_HARM_ED + rates.MENTAL_ED), n)
    dx = np.where(
        kind == MENTAL_ED, np.where(self_harm, _random_codes(codes.SELF_HARM, n, draw), mental), dx
    )
    hurt = (kind == PSYCH_STAY) & draw.chance(rates.SECONDARY_SELF_HARM, n)
    bodily = np.isin(kind, (MEDICAL_STAY, MEDICAL_ED, OBSERVATION))
    dx_2 = np.where(
        hurt,
        _random_codes(codes.SELF_HARM, n, draw),
        np.where(bodily & draw.chance(0.35, n), own, -1),
    )
    with_substance = (
        (people.substance[person] >= 0)
        & draw.chance(0.5, n)
        & (dx_2 < 0)
        & ~np.isin(kind, (SUBSTANCE_ED, DETOX_STAY))
    )
    dx_2 = np.where(with_substance, _codes(codes.SUBSTANCES)[substance], dx_2)

    home = agency.facilities(ACUTE)
    nearest = home[(people.site[person] + draw.pick([0.7, 0.3], n)) % len(home)]
    facility = nearest
    in_hospital = (kind == PSYCH_STAY) & draw.chance(0.55, n)
    specials = (
        (in_hospital, PSYCHIATRIC),
        (kind == DETOX_STAY, DETOX),
        (kind == CRISIS, CRISIS_CENTER),
        (kind == NONACUTE, NURSING),
        (np.isin(kind, EMERGENCY) & draw.chance(0.12, n), FREESTANDING_ED),
    )
    for rows, place in specials:
        options = agency.facilities(place)
        facility = np.where(rows, options[people.site[person] % len(options)], facility)
    disposition = np.select(
        [kind == MEDICAL_STAY, kind == PSYCH_STAY, np.isin(kind, EMERGENCY)],
        [
            np.array([HOME, NURSING_HOME, TRANSFER, AGAINST_ADVICE])[
                draw.pick([0.89, 0.06, 0.03, 0.02], n)
            ],
            np.array([HOME, PSYCH_TRANSFER, AGAINST_ADVICE, LAW])[
                draw.pick([0.91, 0.03, 0.05, 0.01], n)
            ],
            np.array([HOME, AGAINST_ADVICE, LAW])[draw.pick([0.95, 0.04, 0.01], n)],
        ],
        HOME,
    )
    dead = people.death_day[person] * DAY
    died = (episodes["end"] >= dead) & (dead < NEVER)
    disposition = np.where(died, EXPIRED, np.where(episodes["is_clock_change"], HOME, disposition))
    described = episodes | {
        "facility": facility,
        "dx": dx,
        "dx_2": dx_2,
        "disposition": disposition,
        "from_ed": np.isin(kind, (PSYCH_STAY, MEDICAL_STAY, OBSERVATION))
        & draw.chance(rates.ADMITTED_THROUGH_ED, n),
        "to_stay": np.zeros(n, dtype=bool),
        "end": np.where(died, np.minimum(episodes["end"], dead + 5 * HOUR), episodes["end"]),
    }
    described["end"] = np.maximum(described["end"], described["start"] + 20 * MINUTE)
    return _draw_follow_up(_add_transfers(described, agency, draw), draw)


def _add_transfers(episodes: Table, agency: Organization, draw: Draw) -> Table:
    """Add the emergency visit at a general hospital that precedes a stay in a psychiatric hospital."""
    elsewhere = np.isin(episodes["facility"], agency.facilities(PSYCHIATRIC)) & episodes["from_ed"]
    rows = np.flatnonzero(elsewhere)
    episodes["from_ed"] = episodes["from_ed"] & ~elsewhere
    visit = take(episodes, rows)
    home = agency.facilities(ACUTE)
    visit |= {
        "kind": np.full(len(rows), MENTAL_ED),
        "facility": home[(visit["person"] + visit["facility"]) % len(home)],
        "end": visit["start"] - draw.integers(20, 70, len(rows)) * MINUTE,
        "start": visit["start"] - draw.integers(5 * 60, 12 * 60, len(rows)) * MINUTE,
        "disposition": np.full(len(rows), PSYCH_TRANSFER),
        "to_stay": np.ones(len(rows), dtype=bool),
    }
    both = stack([episodes, visit])
    return take(both, np.lexsort((both["kind"], both["start"], both["person"])))


def _draw_follow_up(episodes: Table, draw: Draw) -> Table:
    """Draw the follow-up of each episode and its day."""
    kind, n = episodes["kind"], len(episodes["kind"])
    short, long = np.zeros(n), np.zeros(n)
    for kinds, (within_short, within_long) in (
        ((PSYCH_STAY, DETOX_STAY, CRISIS), rates.FOLLOW_STAY),
        ((MENTAL_ED,), rates.FOLLOW_MENTAL_ED),
        ((SUBSTANCE_ED,), rates.FOLLOW_SUBSTANCE_ED),
    ):
        rows = np.isin(kind, kinds)
        short, long = np.where(rows, within_short, short), np.where(rows, within_long, long)
    point = draw.rng.random(n)
    follow = np.where(
        point < short, FOLLOWED_SHORT, np.where(point < long, FOLLOWED_LONG, NO_FOLLOW_UP)
    )
    watched = (short > 0) & ~episodes["to_stay"]
    days = np.where(follow == FOLLOWED_SHORT, draw.integers(1, 7, n), draw.integers(8, 29, n))
    weekday = (episodes["end"] // DAY + days + 3) % 7
    days = days + np.select(
        [(weekday == 5) & (days > 1), weekday == 5, (weekday == 6) & (days < 7), weekday == 6],
        [-1, 2, 1, -2],
        0,
    )
    days = np.where((follow == FOLLOWED_LONG) & (days < 8), days + 3, days)
    episodes["follow"] = np.where(watched, follow, NO_FOLLOW_UP)
    episodes["follow_days"] = days
    lapse = np.where(follow == FOLLOWED_SHORT, 0, np.where(follow == FOLLOWED_LONG, days, 31))
    episodes["lapse_at"] = np.where(watched, (episodes["end"] // DAY + lapse) * DAY, 0)
    return episodes


def _codes(listed: tuple[str, ...]) -> Array:
    return np.array([codes.INDEX[code] for code in listed])


def _random_codes(listed: tuple[str, ...], n: int, draw: Draw) -> Array:
    return _codes(listed)[draw.integers(0, len(listed) - 1, n)]


def in_lapse(episodes: Table, person: Array, clock: Array) -> Array:
    """Whether a clock falls within an episode or within the lapse after it, in which the person has no visits.

    `episodes` is sorted by person and start.
    """
    if not len(episodes["person"]):
        return np.zeros(len(person), dtype=bool)
    offset = episodes["person"] * FAR
    until = np.maximum.accumulate(offset + np.maximum(episodes["lapse_at"], episodes["end"]))
    last = np.searchsorted(offset + episodes["start"], person * FAR + clock, side="right") - 1
    return (last >= 0) & (person * FAR + clock < until[np.maximum(last, 0)])


def in_stay(episodes: Table, person: Array, clock: Array) -> Array:
    """Whether a clock falls between the start and the end of an episode."""
    return in_lapse(episodes | {"lapse_at": np.zeros_like(episodes["end"])}, person, clock)
