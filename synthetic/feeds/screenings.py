"""Screening responses over time, and the rows of `screenings.response`.

Two of three sites deliver the PHQ-9 (PHQ-9M for ages 12 to 17) by item, every third site as totals; the other
instruments are totals, levels or needs. Scores start at a level set by the diagnosis, and responders improve within
months. Item wording is never written. Must not be here: scoring rules; the warehouse applies them.
"""

import numpy as np
import polars as pl

from synthetic import codes, hospital, rates
from synthetic.draw import Array, Draw, Table, label, numbered, repeat, stack, take
from synthetic.landing import Reveal, Rows
from synthetic.organization import OUTPATIENT, PROGRAM_IDS, RECOVERY
from synthetic.people import HOMELESS, UNSTABLE, People
from synthetic.timeline import DAY, HOUR, MINUTE, NEVER, Period, timestamp, to_weekday

INSTRUMENTS = ("phq9", "phq9m", "gad7", "audit_c", "dast10", "cssrs", "pcptsd5", "dla20", "sdoh")
PHQ9, PHQ9M, GAD7, AUDIT_C, DAST10, CSSRS, PCPTSD5, DLA20, SDOH = range(9)
LEVELS = ("none", "low", "moderate", "high")
NEEDS = ("food", "housing", "transportation", "utilities", "safety")
STATUS = ("completed", "in_progress", "declined")
START_SCORE = np.array(
    [9.0, 13.5, 19.0, 15.5, 12.5, 12.5, 10.0, 8.0, 7.0, 8.0]
)  # PHQ-9 at the start, by diagnosis group
TREATED = (
    0.85  # share of clients with a start score of 10 or more who are screened every 42 to 120 days
)


def simulate_responses(
    people: People, episodes: Table, period: Period, seed: int, chunk: int
) -> Table:
    """Simulate all responses of these people.

    Returns:
        Columns person, instrument, at, items (n x 9, -1: not answered), total (NaN: none), level, need (index or -1),
        is_positive, status, reviewed, in_recovery; sorted by person and clock.
    """
    draw = Draw(seed, "screenings", chunk)
    phq = _phq9(people, period, draw)
    suicidal = np.flatnonzero(
        (phq["items"][:, 8] >= 1) & (phq["status"] == 0) & draw.chance(0.7, len(phq["at"]))
    )
    asked = _blank(phq["person"][suicidal], CSSRS, phq["at"][suicidal] + 20 * MINUTE)
    asked["level"] = np.where(
        phq["items"][suicidal, 8] >= 2,
        draw.pick([0.05, 0.4, 0.35, 0.2], len(suicidal)),
        draw.pick([0.15, 0.6, 0.2, 0.05], len(suicidal)),
    )
    left = np.flatnonzero(np.isin(episodes["kind"], (hospital.PSYCH_STAY, hospital.CRISIS)))
    after = _blank(
        episodes["person"][left],
        CSSRS,
        to_weekday(episodes["end"][left] + draw.integers(2, 9, len(left)) * DAY),
    )
    after["level"] = draw.pick([0.25, 0.45, 0.22, 0.08], len(left))
    responses = stack([phq, asked, after, *_others(people, period, draw)])
    responses["status"] = np.where(
        (responses["instrument"] <= PHQ9M)
        & (people.site[responses["person"]] % 3 == 2)
        & np.isnan(responses["total"])
        & (responses["status"] == 0),
        1,
        responses["status"],
    )
    person = responses["person"]
    served = (
        people.is_client[person]
        & (responses["at"] >= np.maximum(people.start_day[person] * DAY, period.t0))
        & (responses["at"] < np.minimum(people.engaged_until[person] * DAY, period.t1))
    )
    responses = take(responses, np.flatnonzero(served))
    return _with_review(
        take(
            responses, np.lexsort((responses["instrument"], responses["at"], responses["person"]))
        ),
        people,
        period,
        draw,
    )


def _blank(person: Array, instrument: int | Array, at: Array) -> Table:
    n = len(person)
    at = np.asarray(at, dtype=np.int64)
    return {
        "person": np.asarray(person, dtype=np.int64),
        "instrument": np.broadcast_to(np.asarray(instrument), n).astype(np.int64),
        "at": at // DAY * DAY + np.clip(at % DAY // MINUTE * MINUTE, 8 * HOUR, 18 * HOUR),
        "items": np.full((n, 9), -1, dtype=np.int8),
        "total": np.full(n, np.nan),
        "level": np.full(n, -1),
        "is_positive": np.full(n, -1),
        "need": np.full(n, -1),
        "status": np.zeros(n, dtype=np.int64),
    }


def _screening_times(
    people: People, member: Array, interval: Array, done: float, period: Period, draw: Draw
) -> tuple[Array, Array]:
    """Person and clock of a repeated screening: `interval` days apart, each completed with probability `done`."""
    first_day, last_day = period.t0 // DAY, period.t1 // DAY
    newly = people.start_day[member] >= first_day
    begin = np.where(
        newly,
        people.start_day[member] + draw.integers(0, 14, len(member)),
        first_day + draw.integers(0, interval, len(member)),
    )
    until = np.minimum(people.engaged_until[member], last_day)
    owner, turn = repeat(np.clip((until - begin) // np.maximum(interval, 1) + 1, 0, 40))
    done_now = (turn == 0) | draw.chance(done, len(owner))
    owner, turn = owner[done_now], turn[done_now]
    day = (
        begin[owner]
        + turn * interval[owner]
        + np.where(turn > 0, draw.integers(-6, 6, len(owner)), 0)
    )
    return member[owner], to_weekday(day * DAY) + draw.integers(
        8 * 60, 17 * 60, len(owner)
    ) * MINUTE


def _phq9(people: People, period: Period, draw: Draw) -> Table:
    n = len(people)
    member = np.flatnonzero(people.is_client & (people.age >= 12))
    burden = np.clip(people.frailty - 1, -1, 3)
    start = np.clip(draw.rng.normal(START_SCORE[people.group] + burden, 3.5), 1, 26)
    treated = draw.chance(TREATED, len(member)) & (start[member] >= 10)
    interval = np.where(treated, np.array([42, 60, 90, 120])[draw.integers(0, 3, len(member))], 365)
    person, at = _screening_times(people, member, interval, rates.PHQ9_DONE, period, draw)
    unreviewed = np.flatnonzero(
        people.is_client & (people.age >= 12) & draw.chance(rates.UNREVIEWED_ITEM_9, n)
    )
    recent = period.t1 - draw.integers(8, 40, len(unreviewed)) * HOUR
    person, at = np.concatenate([person, unreviewed]), np.concatenate([at, recent])
    phq = _blank(person, np.where(people.age[person] < 18, PHQ9M, PHQ9), at)

    # Responders lose about two thirds of their start score within months, the others about 15 %. A course restarts
    # after 300 to 560 days. Established clients are at a random day of their course when the period begins.
    falls = np.where(people.is_responder, draw.rng.beta(9, 5, n), draw.rng.beta(2, 11, n))
    first = np.full(n, NEVER)
    np.minimum.at(first, person, phq["at"])
    course = draw.integers(300, 560, n)
    under_way = np.where(people.start_day < period.t0 // DAY, draw.integers(0, course, n), 0)
    elapsed = ((phq["at"] - first[person]) // DAY + under_way[person]) % course[person]
    level = start[person] * (1 - falls[person] * (1 - np.exp(-elapsed / 55)))
    level = np.clip(level + draw.rng.normal(0, 1.8, len(person)), 0, 26.5)
    rows = len(person)
    items = np.floor(level[:, None] / 8.4 + draw.rng.normal(0, 0.55, (rows, 9)) + 0.5)
    phq["items"] = np.clip(items, 0, 3).astype(np.int8)
    hurting = np.clip((level - 4) / 24, 0.01, 0.7)
    item_9 = np.where(draw.chance(hurting, rows), 1 + draw.pick([0.5, 0.32, 0.18], rows), 0)
    phq["items"][:, 8] = np.where(
        np.arange(rows) >= rows - len(unreviewed), np.maximum(item_9, 1), item_9
    )
    phq["total"] = phq["items"].sum(axis=1).astype(np.float64)
    phq["status"] = np.where(draw.chance(rates.DECLINED, rows), 2, 0)
    missing = np.flatnonzero(draw.chance(rates.PHQ9_MISSING_ITEM, rows) & (phq["status"] == 0))
    for share in (1.0, 0.2, 0.5):  # one missing item, sometimes two or three
        some = missing[draw.chance(share, len(missing))]
        phq["items"][some, draw.integers(0, 8, len(some))] = -1
    phq["total"][missing] = np.nan
    odd = np.flatnonzero(draw.chance(rates.PHQ9_CONTRADICTED, rows))
    phq["total"][odd] += 2
    return phq


def _others(people: People, period: Period, draw: Draw) -> list[Table]:
    n = len(people)
    adult, teen, sud = people.age >= 18, people.age >= 12, people.substance >= 0
    plan = (
        (GAD7, teen & draw.chance(0.5, n), 270),
        (AUDIT_C, adult & draw.chance(0.6, n), 365),
        (DAST10, adult & sud & draw.chance(0.7, n), 300),
        (PCPTSD5, adult & draw.chance(0.25, n), 500),
        (DLA20, draw.chance(0.55, n), 330),
        (SDOH, adult & draw.chance(0.55, n), 365),
    )
    tables = []
    for instrument, who, interval in plan:
        member = np.flatnonzero(people.is_client & who)
        person, at = _screening_times(
            people, member, np.full(len(member), interval), 0.75, period, draw
        )
        if instrument == SDOH:
            person, at = np.repeat(person, len(NEEDS)), np.repeat(at, len(NEEDS))
        table = _blank(person, instrument, at)
        rows = len(person)
        drinks, uses = people.substance[person] == codes.ALCOHOL, sud[person]
        if instrument == GAD7:
            mean = np.where(np.isin(people.group[person], (codes.ANXIETY, codes.TRAUMA)), 12.0, 7.5)
            table["total"] = np.clip(np.round(draw.rng.normal(mean, 4.5)), 0, 21)
        elif instrument == AUDIT_C:
            table["total"] = np.clip(
                np.round(draw.rng.normal(np.where(drinks, 6.5, 1.6), 2.0)), 0, 12
            )
        elif instrument == DAST10:
            table["total"] = np.clip(
                np.round(draw.rng.normal(np.where(uses, 4.0, 1.0), 2.2)), 0, 10
            )
        elif instrument == PCPTSD5:
            table["total"] = np.clip(
                np.round(
                    draw.rng.normal(np.where(people.group[person] == codes.TRAUMA, 3.8, 1.5), 1.3)
                ),
                0,
                5,
            )
        elif instrument == DLA20:
            impaired = people.is_smi[person] | people.is_sed[person]
            table["total"] = np.round(
                np.clip(draw.rng.normal(np.where(impaired, 3.7, 4.9), 0.6), 1, 7), 2
            )
        else:
            need = np.tile(np.arange(len(NEEDS)), rows // len(NEEDS))
            housed = np.select(
                [people.housing[person] == HOMELESS, people.housing[person] == UNSTABLE],
                [0.9, 0.7],
                0.06,
            )
            share = np.select(
                [need == 0, need == 1, need == 2, need == 3], [0.22, housed, 0.18, 0.10], 0.06
            )
            table["need"], table["is_positive"] = need, draw.chance(share, rows).astype(np.int64)
        tables.append(table)
    return tables


def _with_review(responses: Table, people: People, period: Period, draw: Draw) -> Table:
    n, at = len(responses["at"]), responses["at"]
    urgent = (responses["items"][:, 8] >= 1) | (responses["level"] == 3)
    same_day = draw.chance(rates.REVIEWED_SAME_DAY, n)
    lag = np.where(same_day, draw.integers(15, 200, n) * MINUTE, draw.integers(18, 90, n) * HOUR)
    # Reviews of the last two days are often late, so that a list at the period's end has clients in lane 1.
    recent = at >= period.t1 - 2 * DAY
    lag = np.where(urgent & recent & draw.chance(0.65, n), 3 * DAY, lag)
    looked_at = urgent | draw.chance(0.5, n)
    responses["reviewed"] = np.where(looked_at, at + lag, NEVER)
    substance_tool = np.isin(responses["instrument"], (AUDIT_C, DAST10))
    responses["in_recovery"] = substance_tool & people.in_part2[responses["person"]]
    return responses


def response_rows(responses: Table, people: People, client_id: pl.Series) -> Rows:
    """Rows of screenings.response; a review becomes known after the answers.

    Args:
        responses: The result of `simulate_responses`.
        people: The same people.
        client_id: Client id per response, sometimes that of a record merged later.
    """
    n = len(responses["at"])
    person = responses["person"]
    first = (
        np.r_[
            True,
            (person[1:] != person[:-1])
            | (responses["at"][1:] != responses["at"][:-1])
            | (responses["instrument"][1:] != responses["instrument"][:-1]),
        ]
        if n
        else np.zeros(0, dtype=bool)
    )
    number = np.cumsum(first)
    within = number - number[np.searchsorted(person, person)] + 1 if n else number
    phq = responses["instrument"] <= PHQ9M
    by_item = phq & (people.site[person] % 3 != 2) & (responses["status"] == 0)
    answered = responses["items"] >= 0
    items = np.where(by_item[:, None], answered, False)
    has_total = ~by_item | ~np.isnan(responses["total"])
    cells = np.concatenate([items, has_total[:, None]], axis=1)
    row, item = np.nonzero(cells)
    is_item = item < 9
    value = responses["items"][row, np.minimum(item, 8)]
    total = np.where(is_item | (responses["status"][row] == 2), np.nan, responses["total"][row])
    # The review is on the row of item 9, or on the only row of a response without items.
    has_review = np.where(by_item[row], item == 8, True)
    reviewed = np.where(
        has_review & (responses["status"][row] == 0), responses["reviewed"][row], NEVER
    )
    frame = pl.DataFrame(
        {
            "response_id": numbered("r", people.number[person] + 1, 7).gather(row)
            + numbered("-", within, 3).gather(row),
            "client_id": client_id.gather(row),
            "instrument": label(INSTRUMENTS, responses["instrument"][row]),
            "administered_at": timestamp(responses["at"][row]),
            "item_number": pl.Series(np.where(is_item, item + 1, 0)).replace(0, None),
            "item_value": pl.Series(np.where(is_item, value, -1).astype(np.int64)).replace(
                -1, None
            ),
            "total_score": _score(total),
            "level": label(LEVELS, responses["level"][row]),
            "domain": label(NEEDS, responses["need"][row]),
            "is_positive": label(("false", "true"), responses["is_positive"][row]),
            "status": label(STATUS, responses["status"][row]),
            "reviewed_at": timestamp(reviewed),
            "reviewed_by": label(
                ("sv-0001", "md-0001", "th-0001"),
                np.where(reviewed < NEVER, people.site[person][row] % 3, -1),
            ),
            "program_id": label(
                PROGRAM_IDS, np.where(responses["in_recovery"], RECOVERY, OUTPATIENT)[row]
            ),
        }
    )
    return Rows(
        "response",
        frame,
        responses["at"][row] + 10 * MINUTE,
        (Reveal(reviewed, {"reviewed_at": None, "reviewed_by": None}),),
    )


def _score(total: Array) -> pl.Series:
    """Scores as text: integers without a decimal point, composites with two decimals."""
    absent = np.isnan(total)
    hundredths = np.round(np.where(absent, 0, total) * 100).astype(np.int64)
    text = pl.Series(hundredths // 100).cast(pl.String)
    part = hundredths % 100
    text = (
        text
        + pl.Series(np.where(part > 0, 1, 0)).replace_strict(
            {0: "", 1: "."}, return_dtype=pl.String
        )
        + pl.Series(part).cast(pl.String).str.zfill(2).set(pl.Series(part == 0), "")
    )
    return text.set(pl.Series(absent), None)
