"""Optional identity defects, and the reviewed sample that measures linkage.

Without this option every sender has the demographics of the record system. With it there are twins, mistyped and
shortened names, swapped or wrong digits in birth dates, changed addresses, and missing phone numbers and Medicaid ids.
The option also delivers a file of persons with their confirmed client, as a complete manual review would. Every draw
has its own stream and the simulated histories ignore twins, so the rest of the agency does not change.
Must not be here: rates (`rates`), defects that no sender produces.
"""

from dataclasses import replace

import numpy as np
import polars as pl

from synthetic import rates, words
from synthetic.draw import Array, Draw
from synthetic.feeds.identity import client_id
from synthetic.landing import Rows
from synthetic.people import People

ADULT = 18


def with_twins(people: People, seed: int) -> People:
    """Demographics with some adults changed to twins: they share everything except the given name, and sometimes the sex."""
    draw = Draw(seed, "twins")
    adult = np.flatnonzero(people.age >= ADULT)
    adult = adult[np.argsort(draw.rng.random(len(adult)), kind="stable")]
    count = round(len(people) * rates.TWIN / 2)
    first, second = adult[:count], adult[count : 2 * count]
    first = first[: len(second)]
    changed = {}
    for name in ("birth_day", "last_name", "phone", "street", "town"):
        values = getattr(people, name).copy()
        values[second] = values[first]
        changed[name] = values
    given = people.first_name.copy()
    same = given[second] == given[first]
    given[second] = np.where(same, (given[second] + 1) % len(words.FIRST), given[second])
    sex = people.sex.copy()
    sex[second] = np.where(draw.chance(0.6, len(second)), sex[first], sex[second])
    twin = np.full(len(people), -1)
    twin[second], twin[first] = first, second
    return replace(people, **changed, first_name=given, sex=sex, twin=twin)


def without_some_medicaid_ids(rows: Rows, seed: int, chunk: int) -> Rows:
    """Rows of ehr.client in which some Medicaid ids are missing."""
    draw = Draw(seed, "dirt.client", chunk)
    forgotten = draw.chance(rates.DIRT_MEDICAID_ID_MISSING_IN_EHR, rows.frame.height)
    return replace(rows, frame=_cleared(rows.frame, "medicaid_id", forgotten))


def alerts_with_errors(frame: pl.DataFrame, seed: int, chunk: int) -> pl.DataFrame:
    """Rows of adt.event with registration errors, drawn per visit."""
    draw = Draw(seed, "dirt.adt", chunk)
    visit = _group(frame, ["sending_facility_id", "visit_number", "source_patient_id"])
    frame = _mistyped(frame, visit, draw)
    unasked = draw.chance(rates.DIRT_MEDICAID_ID_MISSING_IN_ADT, _size(visit))[visit]
    return _cleared(frame, "medicaid_id", unasked)


def members_with_errors(rows: Rows, seed: int, chunk: int) -> Rows:
    """Rows of claims.eligibility with demographic errors, drawn per member."""
    draw = Draw(seed, "dirt.eligibility", chunk)
    member = _group(rows.frame, ["data_source", "person_id"])
    n = _size(member)
    frame = _mistyped(rows.frame, member, draw)
    moved, called = (
        draw.chance(rates.DIRT_MOVED, n)[member],
        draw.chance(rates.DIRT_PHONE, n)[member],
    )
    return replace(
        rows,
        frame=frame.with_columns(
            pl.when(pl.Series(moved))
            .then(pl.col("address").str.replace(r"^\d", "88"))
            .otherwise("address")
            .alias("address"),
            pl.when(pl.Series(called)).then(None).otherwise("phone").alias("phone"),
        ),
    )


def checked_rows(
    people: People, eligibility: Rows, alerts: pl.DataFrame, alert_person: Array, clock: int
) -> Rows:
    """Rows of identity_decisions.checked_person: the true client of each member and each patient."""
    number = pl.col("member_id").str.slice(3).cast(pl.Int64) - 1
    members = eligibility.frame.select(
        source=pl.lit("claims"),
        source_scope="data_source",
        source_client_id="person_id",
        number=number,
    )
    patients = alerts.select(
        source=pl.lit("adt"),
        source_scope="sending_facility_id",
        source_client_id=pl.coalesce("source_patient_id", "medicaid:" + pl.col("medicaid_id")),
        number=pl.Series(people.number[alert_person], dtype=pl.Int64),
    ).filter(pl.col("source_client_id").is_not_null())
    known = pl.DataFrame(
        {
            "number": people.number,
            "client_id": client_id(people.number).set(pl.Series(~people.is_client), None),
            "is_twin": people.twin >= 0,
        },
        schema_overrides={"number": pl.Int64},
    )
    frame = (
        pl.concat([members, patients])
        .unique(["source", "source_scope", "source_client_id"], keep="first", maintain_order=True)
        .join(known, on="number", how="left", maintain_order="left")
        .drop("number")
    )
    return Rows("checked_person", frame, np.full(frame.height, clock))


def _mistyped(frame: pl.DataFrame, group: Array, draw: Draw) -> pl.DataFrame:
    """Mistype names and birth dates, identically within a group of rows."""
    n = _size(group)
    slips = {
        column: (draw.chance(rates.DIRT_NAME_TYPED_WRONG, n)[group], draw.rng.random(n)[group])
        for column in ("first_name", "last_name")
    }
    full = draw.chance(rates.DIRT_NAME_IN_FULL, n)[group]
    wrong_date = draw.chance(rates.DIRT_BIRTH_DATE, n)[group]
    frame = frame.with_columns(
        pl.when(pl.Series(full))
        .then(pl.col("first_name").replace(words.FULL_NAME))
        .otherwise("first_name")
        .alias("first_name")
    )
    for column, (slipped, where) in slips.items():
        at = (pl.Series(where) * (pl.col(column).str.len_chars() - 2)).cast(pl.Int64)
        swapped = pl.concat_str(
            pl.col(column).str.slice(0, at),
            pl.col(column).str.slice(at + 1, 1).str.to_lowercase(),
            pl.col(column).str.slice(at, 1).str.to_lowercase(),
            pl.col(column).str.slice(at + 2),
        ).str.to_titlecase()
        frame = frame.with_columns(
            pl.when(pl.Series(slipped)).then(swapped).otherwise(column).alias(column)
        )
    day, month = pl.col("birth_date").dt.day(), pl.col("birth_date").dt.month()
    swapped_date = pl.date(pl.col("birth_date").dt.year(), day, month)
    moved = (
        pl.when((day <= 12) & (day != month))
        .then(swapped_date)
        .otherwise(pl.col("birth_date").dt.offset_by("-10d"))
    )
    return frame.with_columns(
        pl.when(pl.Series(wrong_date)).then(moved).otherwise("birth_date").alias("birth_date")
    )


def _group(frame: pl.DataFrame, columns: list[str]) -> Array:
    """Number of each row's group, from 0, in the order of first appearance."""
    text = frame.select(pl.concat_str([pl.col(c).fill_null("") for c in columns], separator="|"))
    return text.to_series().rank("dense").to_numpy().astype(np.int64) - 1


def _size(group: Array) -> int:
    return int(group.max()) + 1 if len(group) else 0


def _cleared(frame: pl.DataFrame, column: str, where: Array) -> pl.DataFrame:
    return frame.with_columns(pl.when(pl.Series(where)).then(None).otherwise(column).alias(column))
