"""Eligibility, pharmacy claims, and the medication list of `ehr`.

Prices are arbitrary. Must not be here: medical claims.
"""

from datetime import date

import numpy as np
import polars as pl

from synthetic import codes, rates, words
from synthetic.draw import Array, Draw, Table, label, numbered, repeat, stack, take
from synthetic.feeds.identity import STATE, address, client_id, medicaid_id, medicare_id, telephone
from synthetic.landing import Reveal, Rows
from synthetic.organization import (
    MEDICATION,
    PHARMACY,
    PRIMARY_CARE,
    PROGRAM_IDS,
    PSYCHIATRY,
    Organization,
)
from synthetic.people import DUAL, MEDICARE, PART_A_B, UNINSURED, People
from synthetic.timeline import DAY, HOUR, NEVER, Period, dates, day_number

DATA_SOURCES = ("harbor", "summit", "part_a_b")
PAYERS = ("Harbor Health Plan", "Summit Care", "Medicare")
PLANS = ("Harbor Medicaid", "Summit Medicaid", "Medicare A and B")
FIRST_MEMBER = 100_001


def person_id(member: Array) -> pl.Series:
    """Person ids of a payer; two payers use the same ids for different people."""
    return numbered("", member + FIRST_MEMBER)


def _primary_payer(people: People, person: Array) -> Array:
    """Primary payer: Medicare if the person has it, otherwise the Medicaid plan."""
    medicare = np.isin(people.insurance[person], (DUAL, MEDICARE))
    return np.where(medicare, PART_A_B, people.payer[person])


def member_number(people: People, person: Array) -> Array:
    """Member number with the primary payer; the member's claim numbers begin with it."""
    return np.where(
        _primary_payer(people, person) == PART_A_B, people.number[person], people.member[person]
    )


def _identity(people: People, person: Array, source: Array) -> dict[str, pl.Series]:
    number = np.where(source == PART_A_B, people.number[person], people.member[person])
    in_medicare = pl.Series(source == PART_A_B)
    member = pl.select(
        pl.when(in_medicare)
        .then(medicare_id(people.number[person]))
        .otherwise(medicaid_id(people.number[person]))
    ).to_series()
    return {
        "person_id": person_id(number),
        "member_id": member,
        "payer": label(PAYERS, source),
        "plan": label(PLANS, source),
        "data_source": label(DATA_SOURCES, source),
    }


def member_columns(people: People, person: Array) -> dict[str, pl.Series]:
    """The member and payer columns of a claim."""
    return _identity(people, person, _primary_payer(people, person))


def eligibility_rows(people: People, period: Period, seed: int, chunk: int) -> Rows:
    """Rows of claims.eligibility: coverage spans with lapses; each January renewal extends the end date."""
    draw = Draw(seed, "eligibility.rows", chunk)
    n, first_day, last_day = len(people), period.t0 // DAY, period.t1 // DAY
    insured = people.insurance != UNINSURED
    begin = first_day - draw.integers(400, 900, n)
    lapses = draw.chance(rates.COVERAGE_LAPSE, n)
    lapse = draw.integers(first_day + 30, last_day - 90, n)
    back = lapse + draw.integers(40, 150, n)
    year_end = day_number(date(period.end.year, 12, 31))
    renewed = day_number(date(period.end.year, 1, 8))
    earlier_end = day_number(date(period.end.year - 1, 12, 31))
    died = people.death_day
    covered = np.flatnonzero(insured)
    returns = np.flatnonzero(insured & lapses & (back < np.minimum(last_day - 5, died)))
    dual = np.flatnonzero(people.insurance == DUAL)
    who = np.concatenate([covered, returns, dual])
    second = np.repeat([0, 1, 2], [len(covered), len(returns), len(dual)])
    start = np.where(second == 1, back[who], begin[who])
    review_due = draw.chance(rates.COVERAGE_REVIEW_DUE, n)[who]
    stop = np.where(review_due, last_day + draw.integers(3, 60, len(who)), year_end)
    stop = np.where((second == 0) & lapses[who], lapse[who] - 1, stop)
    final = np.minimum(stop, np.maximum(died[who], start))
    grows = (stop == year_end) & (start < earlier_end)
    source = np.where(second == 2, people.payer[who], _primary_payer(people, who))
    gone = died[who] < NEVER
    death_at = np.where(gone, died[who] * DAY + 30 * DAY, NEVER)
    # Clock at which the final end date is known: after a death, after a lapse, or at the January renewal.
    known_end = np.where(
        gone,
        death_at,
        np.where(stop < year_end, stop * DAY + 5 * DAY, np.where(grows, renewed * DAY, NEVER)),
    )
    frame = pl.DataFrame(
        {
            **_identity(people, who, source),
            "gender": label(("female", "male", "unknown", "unknown"), people.sex[who]),
            "race": label(
                [race for race, _ in words.RACE],
                np.where(draw.chance(0.2, len(who)), -1, people.race[who]),
            ),
            "birth_date": dates(people.birth_day[who]),
            "death_date": dates(np.where(gone, died[who], NEVER)),
            "death_flag": label(("false", "true"), gone.astype(np.int64)),
            "enrollment_start_date": dates(start),
            "enrollment_end_date": dates(final),
            "payer_type": label(("medicaid", "medicare"), (source == PART_A_B).astype(np.int64)),
            "dual_status_code": label(("02",), np.where(people.insurance[who] == DUAL, 0, -1)),
            "first_name": label(words.FIRST, people.first_name[who]),
            "last_name": label(words.LAST, people.last_name[who]),
            "address": address(people, who),
            "city": label(words.TOWN, people.town[who]),
            "state": label((STATE,), np.zeros(len(who))),
            "zip_code": numbered("", people.town[who] + 11, 5),
            "phone": telephone(people.phone[who], np.zeros(len(who), dtype=bool)),
            "ethnicity": label(
                ("Not Hispanic or Latino", "Hispanic or Latino", None), people.is_hispanic[who]
            ),
        }
    )
    earlier = dates(np.maximum(np.where(grows & ~gone, earlier_end, year_end), start))
    known = np.where(second == 1, start * DAY + 3 * DAY, period.t0)
    return Rows(
        "eligibility",
        frame,
        known,
        (
            Reveal(known_end, {"enrollment_end_date": earlier}),
            Reveal(death_at, {"death_date": None, "death_flag": "false"}),
        ),
        full=(-4,),
    )


def simulate_medications(people: People, period: Period, seed: int, chunk: int) -> Table:
    """Simulate medications: columns person, drug, start, end (days), adherence, interval (days' supply of a fill)."""
    draw = Draw(seed, "medicines", chunk)
    n, last_day = len(people), period.t1 // DAY
    adult, group = people.age >= 18, people.group
    depressed = np.isin(
        group, (codes.DEPRESSION_SEVERE, codes.DEPRESSION, codes.ANXIETY, codes.TRAUMA)
    ) & (people.age >= 12)
    plan = (
        (
            np.where(group == codes.SCHIZOPHRENIA, 0.8, np.where(group == codes.BIPOLAR, 0.4, 0.0)),
            codes.RISPERIDONE,
            codes.ARIPIPRAZOLE,
            30,
        ),
        (
            np.where(group == codes.SCHIZOPHRENIA, 0.22, 0.0),
            codes.PALIPERIDONE_LAI,
            codes.PALIPERIDONE_LAI,
            28,
        ),
        (np.where(group == codes.BIPOLAR, 0.65, 0.0), codes.LITHIUM, codes.LAMOTRIGINE, 30),
        (np.where(depressed, 0.58, 0.0), codes.SERTRALINE, codes.BUPROPION, 30),
        (
            np.where(people.in_part2 & (people.substance == codes.OPIOID), 0.7, 0.0),
            codes.BUPRENORPHINE,
            codes.BUPRENORPHINE,
            28,
        ),
        (
            np.where(group == codes.ATTENTION, 0.6, 0.0),
            codes.METHYLPHENIDATE,
            codes.METHYLPHENIDATE,
            30,
        ),
        (np.where(people.has_diabetes & adult, 0.8, 0.0), codes.METFORMIN, codes.METFORMIN, 90),
        (
            np.where(people.has_hypertension & adult, 0.7, 0.0),
            codes.LISINOPRIL,
            codes.LISINOPRIL,
            90,
        ),
    )
    tables = []
    for share, one, other, interval in plan:
        who = np.flatnonzero(draw.chance(share, n))
        begin = np.maximum(
            people.start_day[who] + 7, period.t0 // DAY - draw.integers(0, 300, len(who))
        )
        stops = draw.chance(0.3, len(who))
        end = np.where(stops, begin + draw.integers(60, 500, len(who)), NEVER)
        end = np.minimum(np.where(end < last_day, end, NEVER), people.death_day[who])
        tables.append(
            {
                "person": who,
                "drug": np.where(draw.chance(0.6, len(who)), one, other),
                "start": begin,
                "end": np.maximum(end, begin),
                "adherence": np.clip(draw.rng.normal(rates.FILLS_DONE, 0.16, len(who)), 0.15, 1.0),
                "interval": np.full(len(who), interval),
            }
        )
    medications = stack(tables)
    started = np.flatnonzero(medications["start"] < last_day)
    medications = take(medications, started)
    return take(medications, np.lexsort((medications["drug"], medications["person"])))


def medication_rows(medications: Table, people: People, period: Period) -> Rows:
    """Rows of ehr.medication: the agency's prescriptions for its clients."""
    psychiatric = (medications["drug"] < codes.METFORMIN) & people.is_client[medications["person"]]
    own = take(medications, np.flatnonzero(psychiatric))
    person, drug, n = own["person"], own["drug"], len(own["person"])
    injected = drug == codes.PALIPERIDONE_LAI
    last_day = period.t1 // DAY
    since = (last_day - own["start"]) % 28
    overdue = (person % 7 == 0) & (own["end"] >= NEVER)
    due = last_day - since + 28 - np.where(overdue, 40, 0)
    end_at = np.where(own["end"] < NEVER, own["end"] * DAY, NEVER)
    frame = pl.DataFrame(
        {
            "medication_id": numbered("md", people.number[person] * 20 + drug, 7),
            "client_id": client_id(people.number[person]),
            "code_system": label(("rxnorm",), np.zeros(n)),
            "code": label([code for code, _, _ in codes.DRUGS], drug),
            "medication_class": label([kind for _, kind, _ in codes.DRUGS], drug),
            "start_date": dates(own["start"]),
            "end_date": dates(own["end"]),
            "is_long_acting_injectable": injected,
            "next_due_date": dates(np.where(injected & (own["end"] >= NEVER), due, NEVER)),
            "days_supply": own["interval"],
            "program_id": label(
                PROGRAM_IDS, np.where(drug == codes.BUPRENORPHINE, MEDICATION, PSYCHIATRY)
            ),
        }
    )
    return Rows(
        "medication", frame, own["start"] * DAY + 9 * HOUR, (Reveal(end_at, {"end_date": None}),)
    )


def fill_rows(
    medications: Table, people: People, agency: Organization, period: Period, seed: int, chunk: int
) -> Rows:
    """Rows of claims.pharmacy_claim: fills by the person's adherence; 1% are reversed."""
    draw = Draw(seed, "pharmacy.rows", chunk)
    last_day = period.t1 // DAY
    insured = people.insurance[medications["person"]] != UNINSURED
    medications = take(medications, np.flatnonzero(insured))
    begin = np.maximum(medications["start"], period.t0 // DAY)
    until = np.minimum(medications["end"], last_day)
    interval, adherence = medications["interval"], medications["adherence"]
    owner, turn = repeat(
        np.maximum((until - begin) / (interval / adherence) + 1, 0).astype(np.int64)
    )
    day = (
        begin[owner]
        + (turn * interval[owner] / adherence[owner]).astype(np.int64)
        + draw.integers(0, 3, len(owner))
    )
    rows = np.flatnonzero(day < until[owner])
    owner, day = owner[rows], day[rows]
    person, drug, n = medications["person"][owner], medications["drug"][owner], len(owner)
    reversed_fill = np.flatnonzero(draw.chance(0.01, n))
    which = np.concatenate([np.arange(n), reversed_fill])
    is_reversal = np.arange(len(which)) >= n
    person, drug, day = person[which], drug[which], day[which]
    supply = medications["interval"][owner][which]
    number = (
        member_number(people, person) * 1_000
        + (
            which
            - np.searchsorted(medications["person"][owner], medications["person"][owner])[which]
        )
    ) * 10
    sign = np.where(is_reversal, -1, 1)
    cents = (
        np.array([1200, 1500, 900, 1100, 800, 900, 9500, 4200, 98000, 500, 450])[drug] * sign
    ).astype(np.int64)
    pharmacy = agency.clinician(PHARMACY, people.number[person])
    frame = pl.DataFrame(
        {
            "claim_id": numbered("rx", number + is_reversal),
            "claim_line_number": np.ones(len(which), dtype=np.int64),
            **member_columns(people, person),
            "prescribing_provider_npi": agency.clinician_npi(
                agency.clinician(PRIMARY_CARE, people.number[person])
            ),
            "dispensing_provider_npi": agency.clinician_npi(pharmacy),
            "dispensing_date": dates(day),
            "ndc_code": label([ndc for _, _, ndc in codes.DRUGS], drug),
            "quantity": supply * sign,
            "days_supply": supply * sign,
            "refills": refills_left(day),
            "paid_date": dates(day + 3 + 9 * is_reversal),
            "paid_amount": cents / 100,
            "allowed_amount": cents / 100,
            "claim_status": label(("paid", "reversed"), is_reversal.astype(np.int64)),
            "original_claim_id": numbered("rx", number).set(pl.Series(~is_reversal), None),
        }
    )
    return Rows("pharmacy_claim", frame, (day + 6 + 9 * is_reversal) * DAY)


def refills_left(day: Array) -> Array:
    """Refills left on a prescription; arbitrary, no rule uses them."""
    return 5 - day // 30 % 6
