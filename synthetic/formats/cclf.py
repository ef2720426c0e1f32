"""Rows of `claims` for Medicare members as CMS Claim and Claim Line Feed (CCLF), for the sender `claims_cclf`.

Each delivery day has up to seven fixed-width files: CCLF1 (header), CCLF2 (lines) and CCLF4 (diagnoses) for
institutional claims, CCLF5 for professional claims, CCLF7 for pharmacy fills, CCLF8 for the demographics of the members
on these claims from their latest eligibility row, and CCLF9 for changed MBIs. The eligibility file itself stays CSV:
CCLF has no coverage spans.

Claim versions follow CMS. An original has adjustment type 0. A replacement has two versions on its paid date: one that
cancels the replaced claim (type 1, with that claim's amounts) and the new claim (type 2). A void has only the
cancellation. A version's id is the claim's id plus one digit. Part A identifies the versions of a claim by provider,
beneficiary and dates; Part B by the control number, which is the id of the first version. CLM_EFCTV_DT is the
paid_date. The provider's certification number is its NPI. The version id of a fill is its claim_id without letters; the
full claim_id is the pharmacy's reference number. Paid and charge amounts of an institutional claim are sums of its
lines.

Not converted, because CCLF has no field and no mart uses the value: charges of professional claims, allowed amounts of
institutional claims, line charges, payer and plan names, the last digit of a bill type other than the frequency,
drg_code_type; paid amount and refills of a fill; race, ethnicity and phone of a member. Provider taxonomies are not
converted either: the warehouse reads them from `ehr.provider`, which has the same values. Not written: load date,
specialty, tax id, procedures and equipment (CCLF3, CCLF6).

These rows stay CSV, together with every claim in their replacement or void chain:

- Claims of a person who is not a Medicare member with an MBI and birth date in the eligibility file, or whose MBI
  belongs to two people there.
- A professional claim with a billing provider other than the rendering provider, or with a facility (CCLF5 has one
  NPI), or without a rendering provider.
- Two active institutional claims with the same provider, beneficiary and dates: Part A would read them as versions of
  one claim.
- A denied correction (in CCLF the latest version is active), a correction of a claim that was not delivered, a second
  correction of the same claim, a correction that does not follow the corrected claim by paid date and number; two
  versions with the same number; a denied void.
- A claim delivered again with changes, or delivered in parts in several files; lines with different header values.
- A stay with an admission or discharge date other than the first or last day of the claim; a professional claim with
  stay columns; interim bills with a frequency above 4; other claim types; an institutional claim with a place of service
  or without revenue codes.
- No paid date, amount or status; a reversed row; a negative amount other than on a void; more than two decimals.
- Diagnoses with gaps, in ICD-9, or more than twelve (professional).
- A claim_id that is not a number of up to twelve digits without a leading zero, or that two data sources use.
- Fills that are reversed or denied, have several lines, an NDC without eleven digits, or member cost shares.
- Values in columns not listed here, values longer than their field or with leading or trailing blanks, control
  characters.

Must not be here: new facts, random draws, other senders.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import polars as pl

from synthetic.formats.cclf_records import LAYOUTS, UNSUPPORTED_CHARACTERS, fits, records
from synthetic.formats.cclf_representable import (
    ACTIVE,
    CANCELLATION,
    MBI,
    OF_FILL,
    representable_fills,
    representable_lines,
)
from synthetic.formats.claim_rows import (
    DIAGNOSES,
    MEDICAL,
    OF_CLAIM,
    OF_LINE,
    PERSON,
    ROSTER,
    UNSUPPORTED_COLUMNS,
    roster_of,
)
from synthetic.formats.row_files import complete

NAME, SOURCE, TARGET = "cclf", "claims", "claims_cclf"
_PHARMACY = "pharmacy_claim"
_DESCRIBED = (
    "dual_status_code", "birth_date", "death_date", "gender", "first_name", "last_name", "address", "city", "state",
    "zip_code",
)  # fmt: skip
_SEX = {"male": "1", "female": "2"}
# CLM_TYPE_CD by the first two digits of the bill type; all other institutional claims are outpatient.
_CLAIM_TYPE = {"11": "60", "41": "60", "18": "30", "21": "20", "32": "10", "33": "10", "34": "10", "81": "50", "82": "50"}  # fmt: skip
_OUTPATIENT, _CLINICIAN = "40", "71"
# Denial codes of seed cclf_denial: institutional claim (other reason), professional line.
_NOT_PAID_A, _NOT_PAID_B = "N", "0"
_NPI = "01"


def convert(folder: Path, to: Path) -> None:
    """Move the representable rows of `claims` to CCLF files and delete emptied CSV files; the same input gives the same bytes.

    Args:
        folder: Deliveries of `claims`, `<YYYY-MM-DD>/*.csv`. All rows of Medicare members are held in memory.
        to: Deliveries of `claims_cclf`, with the same delivery days.
    """
    members = _members(sorted(folder.glob(f"*/{ROSTER}*.csv")))
    claim_files, fill_files = (
        sorted(folder.glob(f"*/{name}*.csv")) for name in (MEDICAL, _PHARMACY)
    )
    lines = representable_lines(
        _rows_of_members(members, claim_files, (*OF_CLAIM, *OF_LINE, *UNSUPPORTED_COLUMNS))
    )
    dispensed = representable_fills(_rows_of_members(members, fill_files, OF_FILL))
    whole = _prepared(lines)
    for day in sorted({path.parent.name for path in (*claim_files, *fill_files)}):
        delivered = lines.filter(_is_of(day, claim_files))
        filled = dispensed.filter(_is_of(day, fill_files))
        if delivered.height or filled.height:
            (to / day).mkdir(parents=True, exist_ok=True)
            for table, rows in _tables(_versions(whole, delivered), filled, members).items():
                if rows.height:
                    (to / day / _file_name(table, day)).write_text(records(table, rows), "utf-8")
    _drop_rows(claim_files, lines)
    _drop_rows(fill_files, dispensed)


def _members(files: list[Path]) -> pl.DataFrame:
    """Representable Medicare members, with their current MBI (the last in the eligibility file)."""
    roster = roster_of(files, _DESCRIBED, ["medicare"], UNSUPPORTED_CHARACTERS)
    names = list(LAYOUTS["cclf8"].values())
    is_representable = pl.col("member_id").str.contains(MBI) & fits(("cclf8",), names)
    return (
        roster.with_columns(
            sex=pl.col("roster_gender").replace_strict(_SEX, default="0"),
            current_member_id=pl.col("member_id").last().over("data_source", "person_id"),
        )
        .filter(is_representable.all().over("data_source", "person_id"))
        .drop("roster_gender")
    )


def _rows_of_members(
    members: pl.DataFrame, files: list[Path], asked: Iterable[str]
) -> pl.DataFrame:
    """Rows with an MBI of these members, with their file, row and the member's current MBI."""
    numbers = members["member_id"].implode()
    found = [
        pl.DataFrame(
            schema={"file": pl.UInt16(), "row": pl.UInt32(), **dict.fromkeys(PERSON, pl.String())}
        )
    ]
    for place, path in enumerate(files):
        rows = pl.scan_csv(path, infer_schema=False, glob=False).with_row_index("row")
        found.append(
            rows.filter(pl.col("member_id").is_in(numbers))
            .with_columns(file=pl.lit(place, pl.UInt16))
            .collect()
        )
    rows = pl.concat(found, how="diagonal").join(
        members.select(*PERSON, "current_member_id"), on=PERSON, how="left", maintain_order="left"
    )
    return complete(rows, asked)


def _prepared(lines: pl.DataFrame) -> pl.DataFrame:
    """Each representable line once, with the columns of `cclf_records.LAYOUTS`."""
    is_professional = pl.col("claim_type") == "professional"
    bill = pl.col("bill_type_code")
    kind = bill.str.head(2).replace_strict(_CLAIM_TYPE, default=_OUTPATIENT)
    not_paid = pl.when(is_professional).then(pl.lit(_NOT_PAID_B)).otherwise(pl.lit(_NOT_PAID_A))
    return (
        lines.unique(("claim", "claim_line_number"), keep="first", maintain_order=True)
        .with_columns(
            paid=_number("paid_amount"),
            allowed=_number("allowed_amount"),
            units=_number("service_unit_quantity"),
            claim_paid=_number("paid_amount").sum().over("claim"),
            claim_charge=_number("charge_amount").sum().over("claim"),
            kind=pl.when(is_professional).then(pl.lit(_CLINICIAN)).otherwise(kind),
            bill_facility=bill.str.slice(0, 1),
            bill_class=bill.str.slice(1, 1),
            not_paid=pl.when(pl.col("claim_status") == "denied").then(not_paid),
            icd=pl.lit("0"),
            control_number="root",
        )
        .with_columns(
            pl.col("paid", "allowed", "units", "claim_paid", "claim_charge").cast(pl.String)
        )
    )


def _number(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Decimal(18, 2))


def _versions(whole: pl.DataFrame, delivered: pl.DataFrame) -> pl.DataFrame:
    """The lines of one delivery as CMS claim versions."""
    own = whole.filter(pl.col("claim_frequency_code") != "8").join(
        delivered, on=["claim", "claim_line_number"], how="semi"
    )
    correction = delivered.filter(pl.col("original").is_not_null()).unique("claim")
    cancelled = whole.join(
        correction.select(number="original", by="claim_id", effective_date="paid_date"), on="number"
    )
    active = own.with_columns(
        version=pl.col("claim_id") + ACTIVE,
        adjustment=pl.when(pl.col("original").is_null()).then(pl.lit("0")).otherwise(pl.lit("2")),
        effective_date="paid_date",
    )
    cancellations = cancelled.with_columns(
        version=pl.col("by") + CANCELLATION, adjustment=pl.lit("1")
    )
    return pl.concat([active, cancellations.select(active.columns)]).sort(
        pl.col("version", "claim_line_number").cast(pl.Int64)
    )


def _tables(
    versions: pl.DataFrame, filled: pl.DataFrame, members: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    """Rows of each file of a delivery, sorted."""
    hospital = versions.filter(pl.col("claim_type") == "institutional")
    header = hospital.unique("version", keep="first", maintain_order=True)
    numbers = pl.concat([versions["member_id"], filled["member_id"]])
    asked = members.filter(pl.col("member_id").is_in(numbers.implode()))
    described = members.filter(
        pl.col("member_id").is_in(
            pl.concat([asked["member_id"], asked["current_member_id"]]).implode()
        )
    )
    return {
        "cclf1": header,
        "cclf2": hospital,
        "cclf4": _diagnoses(header),
        "cclf5": versions.filter(pl.col("claim_type") == "professional"),
        "cclf7": _fills(filled),
        "cclf8": described.sort("member_id"),
        "cclf9": asked.filter(pl.col("member_id") != pl.col("current_member_id"))
        .sort("member_id")
        .with_columns(reference=pl.lit("M")),
    }


def _diagnoses(header: pl.DataFrame) -> pl.DataFrame:
    """One row per secondary diagnosis; the principal diagnosis is in the header."""
    others = DIAGNOSES[1:]
    return (
        header.unpivot(
            others,
            index=["version", "member_id", "icd"],
            variable_name="column",
            value_name="diagnosis",
        )
        .drop_nulls("diagnosis")
        .with_columns(
            diagnosis_order=pl.col("column").str.extract(r"(\d+)$"), diagnosis_kind=pl.lit("D")
        )
        .sort(pl.col("version", "diagnosis_order").cast(pl.Int64))
    )


def _fills(filled: pl.DataFrame) -> pl.DataFrame:
    return (
        filled.unique("version", keep="first", maintain_order=True)
        .with_columns(
            adjustment=pl.lit("0"),
            effective_date="paid_date",
            pharmacy_qualifier=pl.when(pl.col("dispensing_provider_npi").is_not_null()).then(
                pl.lit(_NPI)
            ),
            prescriber_qualifier=pl.when(pl.col("prescribing_provider_npi").is_not_null()).then(
                pl.lit(_NPI)
            ),
        )
        .sort(pl.col("version").cast(pl.Int64))
    )


def _is_of(day: str, files: list[Path]) -> pl.Expr:
    places = [place for place, path in enumerate(files) if path.parent.name == day]
    return pl.col("file").is_in(places)


def _file_name(table: str, day: str) -> str:
    """File name in CMS's pattern: organization, file, performance year, date."""
    year, month, date = day[2:].split("-")
    return f"P.A9999.ACO.ZC{table.removeprefix('cclf')}Y{year}.D{year}{month}{date}.T0000000"


def _drop_rows(files: list[Path], converted: pl.DataFrame) -> None:
    """Delete the converted rows from the CSV files, and files without rows."""
    for (place,), rows in converted.group_by("file"):
        path = files[place]
        rest = path.with_suffix(".rest")
        pl.scan_csv(path, infer_schema=False, glob=False).with_row_index("row").filter(
            ~pl.col("row").is_in(rows["row"].implode())
        ).drop("row").sink_csv(rest)
        with rest.open() as file:
            has_rows = len(list(islice(file, 2))) > 1
        rest.replace(path)
        if not has_rows:
            path.unlink()
