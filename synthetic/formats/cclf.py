"""The rows of `claims` about members of Medicare as CMS's Claim and Claim Line Feed, by the sender `claims_cclf`.

For each day of delivery up to seven files of fixed width. CCLF1 (header), 2 (lines) and 4 (diagnoses) tell hospitals' claims,
CCLF5 clinicians', CCLF7 dispensed medicines, CCLF8 the members of whom they tell, as the roster described them last, and CCLF9
which number took the place of which, where the roster knows a person by two. The roster itself stays CSV: CCLF knows no spans.

Versions, as CMS has them: a claim is an original (adjustment type 0), its replacement two versions of the day that it was
paid, one that cancels what it replaces (1, with the amounts of what it cancels) and the new one (2); a void is the
cancellation alone. Their numbers are the claim's with one digit more. Part A knows the versions of a claim by provider,
beneficiary and days, Part B by the control number, which is the number of the first of them; CLM_EFCTV_DT is the paid_date.
A provider's certification number is its NPI; the number of a medicine's claim, without its letters, is its version's, and as
a whole the pharmacy's reference. What is paid and charged for a hospital's claim is the sum of its lines.

Not carried, for CCLF has no place for it and no mart asks: charges of clinicians, what was allowed of hospitals, charges of
lines, names of payers and plans, the last digit of a type of bill where it is not the frequency, drg_code_type; of medicines
what the plan paid and the refills that are left; of members race, ethnicity and telephone. Nor taxonomies of providers: those
the warehouse takes from the agency's own list (`ehr.provider`), in which the synthetic agency says the same. Not written: day of
loading, specialty, tax number, procedures and equipment (CCLF3, 6).

Some rows stay CSV, with all that they replace or void and all that replaces or voids them:

- Claims of anybody but a member of Medicare with an MBI and a birth date in the roster that nobody else has there.
- A clinician's claim that somebody else bills, or of a facility (CCLF5 has one NPI), and one that nobody rendered.
- Of two hospital claims of one provider, beneficiary and span those that stand beside each other: Part A would take them for
  versions of one.
- A denied correction (CMS's latest version stands), one of a claim that never came, a second one of the same claim, one not
  later, by payment date and number, than what it corrects; two versions under one number; a denied void.
- A claim that came again in other words, or line by line in several files; lines that differ in what is said of the claim.
- A stay whose admission or discharge is not the first or last day of the claim; a professional claim with a stay; interim
  bills beyond frequency 4; types other than the two; place of service of hospitals; bills without revenue codes.
- No payment date, sum or decision; a reversed row; sums below zero but of voids; more than two decimals.
- Diagnoses with gaps, of ICD-9, or more than twelve (professional).
- A claim's number that is not digits, up to twelve, without a leading zero, or that two sources have.
- Medicines reversed or denied, of several lines, with an NDC of other than eleven digits, with shares of the member.
- Values in columns that are not named above, those longer than their place or with blanks around them, control characters.

Must not be here: new facts, random draws, other senders.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import polars as pl

from synthetic.formats.cclf_records import LAYOUTS, UNSPEAKABLE, fits, records
from synthetic.formats.cclf_representable import CANCELS, MBI, OF_FILL, STANDS, fills, medical
from synthetic.formats.claim_rows import (
    DIAGNOSES,
    MEDICAL,
    OF_CLAIM,
    OF_LINE,
    PERSON,
    ROSTER,
    UNTOLD,
    roster_of,
)
from synthetic.formats.row_files import complete

NAME, SOURCE, SPEAKER = "cclf", "claims", "claims_cclf"
_PHARMACY = "pharmacy_claim"
_DESCRIBED = (
    "dual_status_code", "birth_date", "death_date", "gender", "first_name", "last_name", "address", "city", "state",
    "zip_code",
)  # fmt: skip
_SEX = {"male": "1", "female": "2"}
# CLM_TYPE_CD by the first two digits of the type of bill; all other hospital claims are outpatient.
_KIND = {"11": "60", "41": "60", "18": "30", "21": "20", "32": "10", "33": "10", "34": "10", "81": "50", "82": "50"}  # fmt: skip
_OUTPATIENT, _CLINICIAN = "40", "71"
# Codes of seed cclf_denial: of a hospital's claim for any other reason, of a clinician's line.
_NOT_PAID_A, _NOT_PAID_B = "N", "0"
_NPI = "01"


def transcribe(folder: Path, to: Path) -> None:
    """Replace rows of claims by CCLF files, and files of them that then are empty; the same files give the same bytes.

    Args:
        folder: deliveries of `claims`, `<YYYY-MM-DD>/*.csv`; memory is that of all rows about members of Medicare.
        to: deliveries of `claims_cclf`, by the same days.
    """
    members = _members(sorted(folder.glob(f"*/{ROSTER}*.csv")))
    claim_files, fill_files = (
        sorted(folder.glob(f"*/{name}*.csv")) for name in (MEDICAL, _PHARMACY)
    )
    lines = medical(_about(members, claim_files, (*OF_CLAIM, *OF_LINE, *UNTOLD)))
    dispensed = fills(_about(members, fill_files, OF_FILL))
    whole = _prepared(lines)
    for day in sorted({path.parent.name for path in (*claim_files, *fill_files)}):
        came = lines.filter(_is_of(day, claim_files))
        filled = dispensed.filter(_is_of(day, fill_files))
        if came.height or filled.height:
            (to / day).mkdir(parents=True, exist_ok=True)
            for table, rows in _tables(_versions(whole, came), filled, members).items():
                if rows.height:
                    (to / day / _file_name(table, day)).write_text(records(table, rows), "utf-8")
    _take_away(claim_files, lines)
    _take_away(fill_files, dispensed)


def _members(files: list[Path]) -> pl.DataFrame:
    """Members of Medicare who can be told, with the number that they have now (the last in the roster)."""
    roster = roster_of(files, _DESCRIBED, ["medicare"], UNSPEAKABLE)
    names = list(LAYOUTS["cclf8"].values())
    is_sayable = pl.col("member_id").str.contains(MBI) & fits(("cclf8",), names)
    return (
        roster.with_columns(
            sex=pl.col("roster_gender").replace_strict(_SEX, default="0"),
            current_member_id=pl.col("member_id").last().over("data_source", "person_id"),
        )
        .filter(is_sayable.all().over("data_source", "person_id"))
        .drop("roster_gender")
    )


def _about(members: pl.DataFrame, files: list[Path], asked: Iterable[str]) -> pl.DataFrame:
    """Rows with a number of these members, by file and row, and the number that the member has now."""
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
    """Each line that is ever told once, with the columns of `cclf_records.LAYOUTS`."""
    is_professional = pl.col("claim_type") == "professional"
    bill = pl.col("bill_type_code")
    kind = bill.str.head(2).replace_strict(_KIND, default=_OUTPATIENT)
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


def _versions(whole: pl.DataFrame, came: pl.DataFrame) -> pl.DataFrame:
    """The lines of one delivery, in the versions that CMS would send."""
    own = whole.filter(pl.col("claim_frequency_code") != "8").join(
        came, on=["claim", "claim_line_number"], how="semi"
    )
    correction = came.filter(pl.col("original").is_not_null()).unique("claim")
    cancelled = whole.join(
        correction.select(number="original", by="claim_id", effective_date="paid_date"), on="number"
    )
    stands = own.with_columns(
        version=pl.col("claim_id") + STANDS,
        adjustment=pl.when(pl.col("original").is_null()).then(pl.lit("0")).otherwise(pl.lit("2")),
        effective_date="paid_date",
    )
    ends = cancelled.with_columns(version=pl.col("by") + CANCELS, adjustment=pl.lit("1"))
    return pl.concat([stands, ends.select(stands.columns)]).sort(
        pl.col("version", "claim_line_number").cast(pl.Int64)
    )


def _tables(
    versions: pl.DataFrame, filled: pl.DataFrame, members: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    """Rows of each file of a delivery, in order."""
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
    """The diagnoses after the principal one, which stands in the header, a row each."""
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
    """As CMS names them: the organization, the file, the year, the day."""
    year, month, date = day[2:].split("-")
    return f"P.A9999.ACO.ZC{table.removeprefix('cclf')}Y{year}.D{year}{month}{date}.T0000000"


def _take_away(files: list[Path], told: pl.DataFrame) -> None:
    """Leave in each file what was not told, and no file without a row."""
    for (place,), rows in told.group_by("file"):
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
