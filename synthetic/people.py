"""The population: one row of traits per person, constant over the simulated period.

Arrays of equal length in a frozen dataclass; the index is the person's number. The first `clients` people are clients
of the agency; the rest are claims-only members. Must not be here: events.
"""

from dataclasses import dataclass, fields, replace

import numpy as np

from synthetic import codes, rates, words
from synthetic.draw import Array, Draw
from synthetic.timeline import DAY, NEVER, Period

MEDICAID, DUAL, MEDICARE, UNINSURED = range(4)
HARBOR, SUMMIT, PART_A_B = range(3)
STABLE, UNSTABLE, HOMELESS, HOUSING_UNKNOWN = range(4)
FEMALE, MALE, OTHER_SEX, UNKNOWN_SEX = range(4)


@dataclass(frozen=True)
class People:
    """Traits. Days are day numbers (`NEVER`: does not happen); indices refer to `codes` and `words`, -1 means none."""

    number: Array
    is_client: Array
    birth_day: Array
    age: Array  # whole years at the end of the period
    sex: Array
    race: Array
    is_hispanic: Array
    language: Array
    first_name: Array
    last_name: Array
    formula_name: Array
    phone: Array
    street: Array
    town: Array
    group: Array
    diagnosis: Array
    substance: Array
    is_smi: Array
    is_sed: Array
    has_diabetes: Array
    has_hypertension: Array
    frailty: Array
    is_responder: Array
    no_show_factor: Array  # factor on the no-show rate; the average is 1
    site: Array
    housing: Array
    insurance: Array
    payer: Array
    member: Array
    in_part2: Array
    start_day: Array
    discharge_day: Array
    dropout_day: Array
    death_day: Array
    is_inactive: Array
    is_confidential_minor: Array
    duplicate: Array
    has_medicaid_id_in_ehr: Array
    has_recent_discharge: Array
    twin: Array  # index of the twin

    def __len__(self) -> int:
        return len(self.number)

    def part(self, low: int, high: int) -> "People":
        """The people from low to high (exclusive)."""
        return replace(
            self, **{column.name: getattr(self, column.name)[low:high] for column in fields(self)}
        )

    @property
    def leaves_day(self) -> Array:
        """First day on which the person is no longer a client."""
        return np.minimum(self.discharge_day, self.death_day)

    @property
    def engaged_until(self) -> Array:
        """First day on which the person no longer attends."""
        return np.minimum(self.leaves_day, self.dropout_day)


def generate_people(clients: int, sites: int, period: Period, seed: int) -> People:
    """Generate `clients` clients of the agency, followed by claims-only members."""
    draw = Draw(seed, "people")
    n = clients + round(clients * rates.CLAIMS_ONLY)
    number = np.arange(n)
    is_client = number < clients
    first_day, last_day = period.t0 // DAY, period.t1 // DAY

    band = draw.pick([share for _, _, share in rates.AGE_BANDS], n)
    youngest, oldest = (np.array([row[side] for row in rates.AGE_BANDS])[band] for side in (0, 1))
    age = draw.integers(youngest, oldest, n)
    birth_day = last_day - (age * 365.2425 + draw.uniform(1, 365, n)).astype(np.int64)
    adult, teen = age >= 18, (age >= 12) & (age < 18)

    is_smi = adult & draw.chance(rates.SMI_OF_ADULTS, n)
    with_smi, without = rates.SUD_GIVEN_SMI, _sud_without_smi()
    has_sud = np.where(
        adult,
        draw.chance(np.where(is_smi, with_smi, without), n),
        teen & draw.chance(rates.SUD_OF_TEENS, n),
    )
    shares = np.where(
        is_smi[:, None],
        codes.SMI_GROUPS,
        np.where(
            adult[:, None],
            codes.OTHER_GROUPS,
            np.where(teen[:, None], codes.TEEN_GROUPS, codes.CHILD_GROUPS),
        ),
    )
    group = draw.pick_by_row(shares)
    has_sud |= group == codes.SUBSTANCE
    substance = np.where(has_sud, draw.pick(codes.SUBSTANCE_SHARE, n), -1)
    within = (draw.rng.random(n) * np.array(codes.GROUP_SIZE)[group]).astype(np.int64)
    diagnosis = np.array([codes.INDEX[code] for code in codes.DIAGNOSES])[
        np.array(codes.GROUP_FIRST)[group] + within
    ]
    own_substance = np.array([codes.INDEX[code] for code in codes.SUBSTANCES])[
        np.maximum(substance, 0)
    ]
    diagnosis = np.where(group == codes.SUBSTANCE, own_substance, diagnosis)

    newcomer = draw.chance(rates.NEW_IN_PERIOD, n)
    start_day = np.where(
        newcomer, draw.integers(first_day, last_day - 4, n), first_day - draw.integers(30, 1500, n)
    )
    served = np.maximum(start_day, first_day)
    death = draw.chance(rates.DEATH_PER_YEAR * period.years * (1 + 2 * (age >= 60)) * 0.86, n)
    death_day = np.where(
        death, draw.integers(served + 1, np.maximum(served + 1, last_day - 1), n), NEVER
    )
    leaves = draw.chance(rates.DISCHARGED, n) & (served + 60 < last_day)
    discharge_day = np.where(leaves, draw.integers(served + 45, last_day - 1, n), NEVER)
    drops = ~leaves & draw.chance(rates.DROPOUT, n) & (served + 60 < last_day)
    dropout_day = np.where(drops, draw.integers(served + 30, last_day - 1, n), NEVER)

    closing = Draw(seed, "people.closing")
    closed_day = dropout_day + closing.integers(60, 150, n)
    closed = drops & closing.chance(rates.DROPOUT_DISCHARGED, n) & (closed_day < last_day)
    discharge_day = np.where(closed, closed_day, discharge_day)

    insurance = draw.pick(
        [
            1 - rates.DUAL - rates.MEDICARE_ONLY - rates.UNINSURED,
            rates.DUAL,
            rates.MEDICARE_ONLY,
            rates.UNINSURED,
        ],
        n,
    )
    # Each payer numbers its members from the start, so that person and claim ids of different payers collide.
    of_five = number % 5
    payer = np.where(of_five < 3, HARBOR, SUMMIT)
    member = np.where(payer == HARBOR, number // 5 * 3 + of_five, number // 5 * 2 + of_five - 3)
    race = draw.pick([share for _, share in words.RACE], n)
    # Risks correlate: a frail person is more often homeless, misses more appointments and improves less.
    frailty = draw.rng.gamma(rates.FRAILTY_SHAPE, 1 / rates.FRAILTY_SHAPE, n)
    burden = np.minimum(frailty, 4.0)
    weight = 0.4 + 0.6 * burden / burden.mean()
    stable = 1 - rates.UNSTABLE - rates.HOMELESS - rates.HOUSING_UNKNOWN
    housing = draw.pick_by_row(
        np.stack(
            [
                stable - (weight - 1) * (rates.UNSTABLE + rates.HOMELESS),
                rates.UNSTABLE * weight,
                rates.HOMELESS * weight,
                np.full(n, rates.HOUSING_UNKNOWN),
            ],
            axis=1,
        )
    )
    youth = age < 18
    return People(
        number=number,
        is_client=is_client,
        birth_day=birth_day,
        age=age,
        sex=draw.pick([0.53, 0.45, 0.01, 0.01], n),
        race=np.where(draw.chance(rates.RACE_MISSING, n), -1, race),
        is_hispanic=draw.pick([0.72, 0.18, 0.10], n),
        language=draw.pick([share for _, share in words.LANGUAGE], n),
        first_name=draw.integers(0, len(words.FIRST) - 1, n),
        last_name=draw.integers(0, len(words.LAST) - 1, n),
        formula_name=np.where(
            draw.chance(rates.FORMULA_NAME, n) & is_client,
            draw.integers(0, len(words.FORMULA_FIRST) - 1, n),
            -1,
        ),
        phone=np.where(
            draw.chance(rates.PHONE_MISSING, n),
            -1,
            draw.integers(0, 100 * len(words.RESPONSE_AREAS) - 1, n),
        ),
        street=draw.integers(1, 999, n) * len(words.STREET)
        + draw.integers(0, len(words.STREET) - 1, n),
        town=draw.integers(0, len(words.TOWN) - 1, n),
        group=group,
        diagnosis=diagnosis,
        substance=substance,
        is_smi=is_smi,
        is_sed=youth & draw.chance(rates.SED_OF_YOUTH, n),
        has_diabetes=draw.chance(np.where(adult, 0.06 + 0.10 * (age >= 45), 0.005), n),
        has_hypertension=draw.chance(np.where(adult, 0.12 + 0.22 * (age >= 45), 0.0), n),
        frailty=frailty,
        is_responder=draw.chance(rates.RESPONDER * (1.15 - 0.15 * burden / burden.mean()), n),
        no_show_factor=draw.rng.gamma(3.0, 1 / 3.0, n) * (0.75 + 0.25 * burden / burden.mean()),
        site=draw.integers(0, sites - 1, n),
        housing=housing,
        insurance=insurance,
        payer=payer,
        member=member,
        in_part2=is_client & has_sud & (age >= 12) & draw.chance(rates.PART2_PROGRAM_OF_SUD, n),
        start_day=start_day,
        discharge_day=np.minimum(discharge_day, NEVER),
        dropout_day=dropout_day,
        death_day=death_day,
        is_inactive=~leaves & ~closed & ~death & draw.chance(rates.INACTIVE, n),
        is_confidential_minor=youth & (age >= 12) & draw.chance(rates.CONFIDENTIAL_MINOR / 0.12, n),
        duplicate=is_client & draw.chance(rates.MERGED_RECORD, n),
        has_medicaid_id_in_ehr=~draw.chance(rates.MEDICAID_ID_MISSING_IN_EHR, n),
        has_recent_discharge=is_client & draw.chance(rates.RECENT_DISCHARGE, n),
        twin=np.full(n, -1),
    )


def _sud_without_smi() -> float:
    return (rates.SUD_OF_ADULTS - rates.SMI_OF_ADULTS * rates.SUD_GIVEN_SMI) / (
        1 - rates.SMI_OF_ADULTS
    )
