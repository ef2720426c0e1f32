"""Identifiers, addresses and phone numbers of people, all fictitious.

Must not be here: table rows.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from synthetic import rates, words
from synthetic.draw import Array, Draw, label, numbered, ordinal
from synthetic.people import People
from synthetic.timeline import DAY, HOUR, NEVER, Period

# The default `organization_id` of the settings: the recipient of consents for the agency.
AGENCY_ID = "agency"
STATE = "NY"


def client_id(number: Array) -> pl.Series:
    """Client ids of people."""
    return numbered("C", number + 1, 6)


def given_name(people: People, who: Array) -> pl.Series:
    """First names; a few begin like a formula."""
    formula = people.formula_name[who]
    return pl.select(
        pl.when(pl.Series(formula >= 0))
        .then(label(words.FORMULA_FIRST, formula))
        .otherwise(label(words.FIRST, people.first_name[who]))
    ).to_series()


def full_name(people: People, who: Array) -> pl.Series:
    """First and last names."""
    return given_name(people, who) + " " + label(words.LAST, people.last_name[who])


def medicaid_id(number: Array) -> pl.Series:
    """Fictitious Medicaid ids of people."""
    return numbered("SYN", number + 1, 8)


def medicare_id(number: Array) -> pl.Series:
    """Fictitious Medicare ids, with letters that real ids never contain."""
    return numbered("1SL", number + 1, 8)


def merged_at(people: People, period: Period) -> Array:
    """Clock at which a person's duplicate record is merged; `NEVER` for a person with one record."""
    latest = period.t1 - (people.number * 37 % 300 + 5) * DAY
    return np.where(people.duplicate, np.maximum(latest, (people.start_day + 10) * DAY), NEVER)


def recorded_id(people: People, person: Array, clock: Array, period: Period) -> pl.Series:
    """Client id on a record: until the merge, every third day of a person with two records uses the duplicate's id."""
    second = (
        (clock < merged_at(people, period)[person])
        & people.duplicate[person]
        & (clock // DAY % 3 == 0)
    )
    return numbered("C", people.number[person] + 1 + second * 9_000_000, 6)


def first_contact_day(people: People, period: Period) -> Array:
    """Day of the first contact: days to weeks before the start for new clients, the start for the others."""
    newcomer = people.start_day >= period.t0 // DAY
    wait = np.array([2, 6, 9, 13, 18, 22, 27, 31, 36, 41, 48, 55, 64, 90])[people.number * 11 % 14]
    return people.start_day - np.where(newcomer, wait, 0)


@dataclass(frozen=True)
class PhoneChange:
    """Clocks per person; `NEVER` if the number on record stays right.

    Attributes:
        wrong_from: From this clock on, the number on record no longer reaches the person.
        recorded_at: The record system has the new number.
    """

    wrong_from: Array
    recorded_at: Array

    def is_wrong(self, person: Array, clock: Array) -> Array:
        """Whether the number on record is wrong at the clock."""
        return (self.wrong_from[person] <= clock) & (clock < self.recorded_at[person])


def second_phone(people: People, seed: int, chunk: int) -> Array:
    """Index of each person's second number; -1 for a person with one number."""
    draw = Draw(seed, "phone.second", chunk)
    index = draw.integers(0, 799, len(people))
    return np.where(draw.chance(rates.SECOND_PHONE, len(people)), index, -1)


def phone_change(people: People, period: Period, seed: int, chunk: int) -> PhoneChange:
    """When each person's number on record becomes wrong, and when the new number is recorded."""
    draw = Draw(seed, "phone.change", chunk)
    n = len(people)
    changed = (people.phone >= 0) & draw.chance(rates.PHONE_CHANGED, n)
    wrong_from = period.t1 - draw.integers(1, 400, n) * DAY
    recorded_at = wrong_from + draw.integers(5, 120, n) * DAY + 10 * HOUR
    return PhoneChange(
        np.where(changed, wrong_from, NEVER),
        np.where(changed & (recorded_at < period.t1), recorded_at, NEVER),
    )


def telephone(index: Array, formatted: Array) -> pl.Series:
    """Phone numbers of the reserved range 555-0100 to 555-0199, as digits or formatted."""
    index = np.asarray(index, dtype=np.int64)
    area = label(words.RESPONSE_AREAS, np.where(index < 0, -1, index // 100))
    line = numbered("01", np.maximum(index, 0) % 100, 2)
    frame = pl.DataFrame(
        {"area": area, "line": line, "formatted": np.asarray(formatted, dtype=bool)}
    )
    written = (
        pl.when("formatted")
        .then(pl.format("({}) 555-{}", "area", "line"))
        .otherwise(pl.format("{}555{}", "area", "line"))
    )
    return frame.select(written).to_series()


def address(people: People, who: Array) -> pl.Series:
    """Fictitious street addresses."""
    street = people.street[who]
    return (
        numbered("", street // len(words.STREET))
        + " "
        + label(words.STREET, street % len(words.STREET))
    )


def sequence(prefix: str, people: People, person: Array) -> pl.Series:
    """Identifiers per person in the order of rows: `v0000012-003`; `person` is sorted."""
    return numbered(prefix, people.number[person] + 1, 7) + numbered("-", ordinal(person) + 1, 3)
