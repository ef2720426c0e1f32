"""Parses HL7 v2 fields with several components or repetitions.

Identifiers, providers, phones and diagnoses. Standard: v2.5.1 chapter 2.A (CX, XCN, XTN, CE),
tables 0203 (identifier types) and 0396 (coding systems). Must not be here: segments and lines,
types (the contract).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from sources.formats.hl7v2_lines import nullable_index

_SSN_TYPES = ("SS", "SSN")
# \d matches digits of any script: a possible social security number is dropped rather than kept.
_SSN = r"^\d{3}-\d{2}-\d{4}$"
_SSN_AUTHORITY = r"USSSA|2\.16\.840\.1\.113883\.4\.1(?:[&^~]|$)"
# XCN-1 is an NPI if XCN-13 (type) or XCN-9 (authority) says so.
_NPI_DIGITS = 10
_IS_NPI = (
    r"^[0-9]{10}\^(?:(?:[^^]*\^){11}(?i:NPI)(?:\^|$)"
    r"|(?:[^^]*\^){7}[^^]*(?:NPI|2\.16\.840\.1\.113883\.4\.6(?:[&^]|$)))"
)
_MEDICAID, _MEDICARE = "MA", "MC"
_FACILITY_TYPES = (("MR",), ("", "PI"))
# Identifiers that are not a facility's patient number: payer, license, passport, account, visit.
_OTHER_TYPES = (_MEDICAID, _MEDICARE, "DL", "PPN", "AN", "VN", "NPI")
_CODE = r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,29}$"
_DELETED = "D"


def identifiers(values: pl.Series) -> dict[str, pl.Series]:
    """Split the repetitions of CX into columns; social security numbers are dropped.

    Returns:
        One row per message. `id` and `authority` are those of the facility's own number;
        `medicaid` and `medicare` follow. `others` has `id^authority^type` of every other
        repetition, joined by `~`, with HL7 separators and escapes.
    """
    count = len(values)
    names = ("id", "authority", "medicaid", "medicare", "others")
    if values.null_count() == count:
        return {name: pl.Series([None] * count, dtype=pl.String()) for name in names}
    type_, number = pl.col("type"), pl.col("number")
    is_ssn = type_.is_in(_SSN_TYPES) | number.str.contains(_SSN)
    if values.str.contains(_SSN_AUTHORITY).any():
        is_ssn |= pl.col("field_3").str.contains(_SSN_AUTHORITY).fill_null(False)
    masks = (
        *(type_.is_in(types) for types in _FACILITY_TYPES),
        ~type_.is_in(_OTHER_TYPES),
        type_ == _MEDICAID,
        type_ == _MEDICARE,
    )
    # Computed as columns first: Polars would compute an expression again for each use.
    components = pl.col("text").str.split_exact("^", 4).struct.unnest()
    stripped = (
        _repetitions(values)
        .with_columns(components)
        .with_columns(
            pl.col("field_4").fill_null("").str.strip_chars().alias("type"),
            pl.col("field_0").str.strip_chars().alias("number"),
        )
    )
    parts = stripped.select(
        "message",
        "number",
        _authority(has_parts=values.str.contains("&", literal=True).any()).alias("authority"),
        "type",
        ((number != "") & ~is_ssn).fill_null(False).alias("is_kept"),
        *(mask.alias(str(n)) for n, mask in enumerate(masks)),
    )
    message = parts["message"].to_numpy()
    is_kept = parts["is_kept"].to_numpy().copy()
    first, second, third, medicaid, medicare = (
        _first_row_per_message(message, is_kept & parts[str(n)].to_numpy(), count) for n in range(5)
    )
    chosen = np.where(first >= 0, first, np.where(second >= 0, second, third))
    for taken in (chosen, medicaid, medicare):
        is_kept[taken[taken >= 0]] = False
    taken = {"id": chosen, "medicaid": medicaid, "medicare": medicare}
    found = {name: _take_rows(parts["number"], positions) for name, positions in taken.items()}
    found["authority"] = _take_rows(parts["authority"], chosen)
    found["others"] = _joined_identifiers(parts.filter(pl.Series(is_kept)), count)
    return found


def _joined_identifiers(parts: pl.DataFrame, count: int) -> pl.Series:
    """Identifiers as one text per message."""
    if not parts.height:
        return pl.Series([None] * count, dtype=pl.String())
    text = pl.concat_str("number", pl.col("authority").fill_null(""), "type", separator="^")
    listed = parts.group_by("message", maintain_order=True).agg(text.str.join("~"))
    positions = np.full(count, -1)
    positions[listed["message"].to_numpy()] = np.arange(listed.height)
    return _take_rows(listed["number"], positions)


def phones(numbers: pl.Series, values: pl.Series) -> pl.Series:
    """The number in XTN-1 or, if that is empty (withdrawn in v2.7), in the later components.

    Args:
        numbers: the first components, trimmed; empty is null.
        values: the whole fields.
    """
    positions = (
        (numbers.is_null() & values.str.contains("^", literal=True)).fill_null(False).arg_true()
    )
    if not len(positions):
        return numbers
    found = []
    for value in values.gather(positions):
        parts = [part.strip() for part in value.split("~", 1)[0].split("^")] + [""] * 12
        found.append(parts[11] or parts[5] + parts[6] or None)
    return numbers.scatter(positions, found)


def npi(values: pl.Series) -> pl.Series:
    """The first repetition of XCN that is a National Provider Identifier by type or authority."""
    parts = _repetitions(values)
    is_npi = parts["text"].str.contains(_IS_NPI).fill_null(False)
    positions = _first_row_per_message(parts["message"].to_numpy(), is_npi.to_numpy(), len(values))
    return _take_rows(parts["text"].str.slice(0, _NPI_DIGITS), positions)


def _repetitions(values: pl.Series) -> pl.DataFrame:
    """One row per repetition: `message` and `text`."""
    frame = pl.DataFrame({"message": np.arange(len(values)), "text": values})
    if values.str.contains("~", literal=True).any():
        frame = frame.with_columns(pl.col("text").str.split("~")).explode("text")
    return frame


def _authority(*, has_parts: bool) -> pl.Expr:
    """The namespace of an assigning authority (HD), else its universal id."""
    text = pl.col("field_3")
    candidates = [text]
    if has_parts:
        parts = text.str.split_exact("&", 2)
        candidates = [parts.struct.field("field_0"), parts.struct.field("field_1")]
    return pl.coalesce(pl.when(value != "").then(value) for value in candidates)


def _first_row_per_message(message: np.ndarray, mask: np.ndarray, count: int) -> np.ndarray:
    """The first row of each message where the mask is true, -1 for none; `message` ascends."""
    rows = np.flatnonzero(mask)
    owners = message[rows]
    is_first = np.diff(owners, prepend=-1) > 0
    positions = np.full(count, -1)
    positions[owners[is_first]] = rows[is_first]
    return positions


def _take_rows(values: pl.Series, positions: np.ndarray) -> pl.Series:
    if not len(values):
        return pl.Series([None] * len(positions), dtype=pl.String())
    return values.gather(nullable_index(positions))


def diagnoses(
    fields: pl.DataFrame, message: np.ndarray, count: int, highest: int
) -> dict[str, pl.Series]:
    """Columns of the first diagnoses of each message, in order, and their number.

    Args:
        fields: every DG1, by name: method (DG1-2), code (DG1-3), type (DG1-6), action (DG1-21).
        message: the message number of each row, ascending.
        count: number of messages.
        highest: how many diagnoses per message to keep.
    """
    empty = pl.Series([None] * count, dtype=pl.String())
    names = ("diagnosis_code", "diagnosis_code_system", "diagnosis_type")
    found = {f"{name}_{n}": empty for n in range(1, highest + 1) for name in names}
    found["diagnosis_count"] = empty
    if not fields.height:
        return found
    parts = _before(fields["code"], "~").str.split_exact("^", 2)
    code = _code_text(parts.struct.field("field_0"))
    system = _code_text(parts.struct.field("field_2"))
    if system.has_nulls():
        system = system.zip_with(system.is_not_null(), _code_text(fields["method"]))
    columns = dict(zip(names, (code, system, _code_text(fields["type"])), strict=True))
    # Skip a diagnosis that the message deletes.
    is_kept = (code.is_not_null() & (fields["action"] != _DELETED).fill_null(True)).to_numpy()
    rows = np.flatnonzero(is_kept)
    owners = message[rows]
    totals = np.bincount(owners, minlength=count)
    rank = np.arange(len(rows)) - (np.cumsum(totals) - totals)[owners]
    for n in range(min(highest, int(totals.max(initial=0)))):
        positions = np.full(count, -1)
        positions[owners[rank == n]] = rows[rank == n]
        for name, values in columns.items():
            found[f"{name}_{n + 1}"] = _take_rows(values, positions)
    with_any = pl.Series(totals)
    found["diagnosis_count"] = pl.select(
        pl.when(with_any > 0).then(with_any.cast(pl.String))
    ).to_series()
    return found


def _code_text(values: pl.Series) -> pl.Series:
    """The first component if it looks like a code, else null."""
    if values.str.contains(_CODE).all():
        return values
    text = _before(values, "^").str.strip_chars()
    return pl.select(pl.when(text.str.contains(_CODE)).then(text)).to_series()


def _before(values: pl.Series, mark: str) -> pl.Series:
    """The text before the first separator; most fields have none."""
    if not values.str.contains(mark, literal=True).any():
        return values
    return values.str.splitn(mark, 2).struct.field("field_0")
