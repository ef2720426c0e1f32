"""Client rows of `ehr`: the agency's demographics of its clients.

Must not be here: services, hospital and payer data.
"""

import numpy as np
import polars as pl

from synthetic import rates, words
from synthetic.draw import Array, Draw, label, numbered
from synthetic.feeds.identity import (
    STATE,
    address,
    client_id,
    first_contact_day,
    given_name,
    medicaid_id,
    medicare_id,
    merged_at,
    phone_change,
    second_phone,
    telephone,
)
from synthetic.landing import Reveal, Rows
from synthetic.people import DUAL, MEDICAID, MEDICARE, People
from synthetic.timeline import DAY, HOUR, NEVER, Period, dates


def client_rows(people: People, period: Period, seed: int, chunk: int) -> Rows:
    """Rows of ehr.client; phone changes, deaths, discharges and merges become known after the record."""
    draw = Draw(seed, "client.rows", chunk)
    own = np.flatnonzero(people.is_client)
    twice = np.flatnonzero(people.is_client & people.duplicate)
    who = np.concatenate([own, twice])
    is_second = np.arange(len(who)) >= len(own)
    n, number = len(who), people.number[who]
    insurance, youth = people.insurance[who], people.age[who] < 18
    has_medicaid = (
        np.isin(insurance, (MEDICAID, DUAL))
        & people.has_medicaid_id_in_ehr[who]
        & ~(is_second & (number % 2 == 0))
    )
    has_medicare = np.isin(insurance, (DUAL, MEDICARE))
    merge = merged_at(people, period)[who]
    merge = np.where(is_second, merge, NEVER)
    leaves = np.where(
        people.discharge_day[who] < NEVER, people.discharge_day[who] * DAY + 12 * HOUR, NEVER
    )
    death_reported = (people.death_day[who] < NEVER) & draw.chance(0.88, n)
    death_at = np.where(
        death_reported, people.death_day[who] * DAY + draw.integers(1, 9, n) * DAY, NEVER
    )
    status = np.select(
        [leaves < period.t1, people.is_inactive[who] | (merge < period.t1)], [2, 1], 0
    )
    consents = draw.rng.random((4, n))
    change = phone_change(people, period, seed, chunk)
    frame = pl.DataFrame(
        {
            "client_id": numbered("C", number + 1 + is_second * 9_000_000, 6),
            "medicaid_id": _where(medicaid_id(number), has_medicaid),
            "medicare_id": _where(medicare_id(number), has_medicare),
            "ssn_last4": numbered("", draw.integers(0, 9999, n), 4),
            "first_name": given_name(people, who),
            "middle_name": label(("A", "J", "M", "R"), draw.integers(-5, 3, n)),
            "last_name": label(words.LAST, people.last_name[who]),
            "name_suffix": label(("Jr.", "III"), draw.pick([0.985, 0.01, 0.005], n) - 1),
            "preferred_name": label(
                words.FIRST,
                np.where(draw.chance(0.08, n), draw.integers(0, len(words.FIRST) - 1, n), -1),
            ),
            "birth_date": dates(people.birth_day[who]),
            "death_date": dates(np.where(death_reported, people.death_day[who], NEVER)),
            "sex": label(("F", "M", "X", "U"), people.sex[who]),
            "race": label([race for race, _ in words.RACE], people.race[who]),
            "ethnicity": label(
                ("Not Hispanic or Latino", "Hispanic or Latino", None), people.is_hispanic[who]
            ),
            "language": label([language for language, _ in words.LANGUAGE], people.language[who]),
            "interpreter_needed": (people.language[who] > 0) & draw.chance(0.6, n),
            "address": address(people, who),
            "city": label(words.TOWN, people.town[who]),
            "state": label((STATE,), np.zeros(n)),
            "zip_code": numbered("", people.town[who] + 11, 5),
            "phone": telephone(people.phone[who], number % 3 == 0),
            "phone_2": telephone(second_phone(people, seed, chunk)[who], number % 3 == 1),
            "merged_into_client_id": _where(client_id(number), merge < period.t1),
            "ok_to_call": consents[0] < 0.97,
            "ok_to_leave_message": consents[1] < 0.8,
            "ok_to_text": consents[2] < 0.55,
            "ok_to_mail": consents[3] < 0.85,
            "guardian_name": _where(_guardian_name(people, seed, chunk).gather(who), youth),
            "guardian_phone": telephone(
                np.where(youth, draw.integers(0, 799, n), -1), number % 2 == 0
            ),
            "is_confidential_minor": people.is_confidential_minor[who],
            "housing_status": label(
                ("stable", "unstable", "homeless", "unknown"), people.housing[who]
            ),
            "site_id": numbered("site-", people.site[who] + 1, 2),
            "status": label(("active", "inactive", "discharged"), status),
        }
    )
    before = telephone(
        np.where(people.phone[who] < 0, -1, (people.phone[who] + 13) % 800), number % 3 == 0
    )
    known = first_contact_day(people, period)[who] * DAY + 9 * HOUR + is_second * 2 * DAY
    return Rows(
        "client",
        frame,
        known,
        (
            Reveal(change.recorded_at[who], {"phone": before}),
            Reveal(np.minimum(leaves, merge), {"status": "active"}),
            Reveal(death_at, {"death_date": None}),
            Reveal(merge, {"merged_into_client_id": None}),
        ),
        full=(-5,),
    )


def _guardian_name(people: People, seed: int, chunk: int) -> pl.Series:
    """Names of guardians: another first name than the client's, mostly the same last name."""
    draw = Draw(seed, "guardian.rows", chunk)
    n = len(people)
    first = (people.first_name + draw.integers(1, len(words.FIRST) - 1, n)) % len(words.FIRST)
    other = draw.integers(0, len(words.LAST) - 1, n)
    last = np.where(draw.chance(rates.GUARDIAN_SAME_NAME, n), people.last_name, other)
    return label(words.FIRST, first) + " " + label(words.LAST, last)


def _where(values: pl.Series, keep: Array) -> pl.Series:
    return values.set(pl.Series(~np.asarray(keep, dtype=bool)), None)
