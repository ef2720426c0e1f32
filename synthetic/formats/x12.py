r"""The rows of `claims/medical_claim` as X12 005010 claims and remittances, by the sender `claims_x12`.

For each file of rows up to three, of one interchange each: `837p…` (X222) and `837i…` (X223) say what was billed, `835…`
(X221) what became of it. Loops and elements: claim_id CLM01 (2300), CLP01 and CLP07 (2100); claim_frequency_code CLM05-3;
original_claim_id REF F8; claim_type ST03; bill_type_code (two digits) or place_of_service_code CLM05-1; claim dates DTP 434
(institutional), 2100 DTM 232 and 233; admission_date DTP 435; admit_type_code, admit_source_code, discharge_disposition_code
CL101 to CL103; drg_code HI DR; diagnosis codes HI ABK, ABF; billing_npi 2010AA; facility_taxonomy_code 2000A PRV03;
rendering_npi and its taxonomy NM1 82 and PRV; facility_npi NM1 77; lines LX, SV1 or SV2, DTP 472; member_id 2010BA NM109;
payer 2010BB NM103, data_source NM109; plan SBR04; paid_date BPR16; paid_amount CLP04, SVC03; allowed_amount AMT B6;
charge_amount CLM02, SV102, SV203; claim_status CLP02. Name, birth date, sex and address of a member, whom an 837 must name
(2010BA NM1, N3, N4, DMG), are those of the roster (`eligibility`), which stays CSV as `pharmacy_claim` does.

What rows say otherwise: a number is unique per data_source, a provider has several payers, so both numbers are
`<data_source>-<claim_id>`. A void repeats what was charged; its negative payment is the reversal (22) of what it voids.
A payment is told once. A claim is told whole: where only some lines come again unchanged, nothing is told again.

Not carried: drg_code_type (HI DR has no system); person_id (the card's number identifies); the last digit of a type of bill
(it is the frequency); the facility's taxonomy beside a clinician's of a professional claim. What guides require and no row
knows is left out (tax number and address of providers, attending physician, hour of admission, diagnosis of a void without
one) or said in the most general code (adjustments CO 45, CO A1; a provider's name is its NPI).

Some claims stay CSV, with all that they replace or void and all that replaces or voids them:

- A claim that came again in other words, or line by line in several files: it would take the place of the earlier one whole.
- Two versions under one number, a correction by another provider, of nothing or of itself, a denied void: nothing in 835 or
  REF F8 tells which version is meant.
- A member without name and birth date in the roster, whose card number is also another's there, or of another payer than
  Medicaid and Medicare, whose numbers nobody else knows.
- No payment date, sum or decision; a reversed row; sums below zero but of voids; more than two decimals.
- A stay whose discharge is not the last day of the statement (837I has its hour alone); a professional claim with a stay.
- Lines that differ in what is said of the claim, are not numbered 1 to n, or are more than a guide takes; diagnoses with
  gaps, of ICD-9, or more than twelve (professional); a number above 20 characters; types other than the two guides.
- Values in columns that are not named above; those that hold `* : ^ ~` or control characters, for X12 has no escapes.

Must not be here: new facts, random draws, other senders.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from synthetic.formats.claim_rows import MEDICAL, PERSON, ROSTER, claim_hash, completed, roster_of
from synthetic.formats.row_files import keep, read
from synthetic.formats.x12_claims import claims
from synthetic.formats.x12_remittances import remittances
from synthetic.formats.x12_representable import find
from synthetic.formats.x12_segments import UNSPEAKABLE

NAME, SOURCE, SPEAKER = "x12", "claims", "claims_x12"
_DESCRIBED = (
    "payer_type", "birth_date", "gender", "first_name", "last_name", "address", "city", "state", "zip_code",
)  # fmt: skip


def transcribe(folder: Path, to: Path) -> None:
    """Replace rows of claims by X12 files, and files of them that then are empty; the same files give the same bytes.

    Args:
        folder: deliveries of `claims`, `<YYYY-MM-DD>/medical_claim*.csv`; memory is that of the largest file as X12, and
            60 bytes a line of all.
        to: deliveries of `claims_x12`, by the same days.
    """
    files = sorted(folder.glob(f"*/{MEDICAL}*.csv"))
    if not files:
        return
    rosters = sorted(folder.glob(f"*/{ROSTER}*.csv"))
    roster = roster_of(rosters, _DESCRIBED, ["medicaid", "medicare"], UNSPEAKABLE)
    told = find(files, roster)
    for place, path in enumerate(files):
        rows = read(path)
        full = completed(rows)
        is_delivered = full.select(claim_hash().is_in(told.claims)).to_series()
        if not is_delivered.any():
            continue
        here = told.deliveries.filter(pl.col("file") == place).select("claim", "is_first")
        whole = full.filter(is_delivered).with_columns(claim=claim_hash()).join(here, on="claim")
        _write(prepared(whole, roster), path, to / path.parent.name)
        keep(rows.filter(~is_delivered), path)


def _write(rows: pl.DataFrame, path: Path, to: Path) -> None:
    if not rows.height:
        return
    to.mkdir(parents=True, exist_ok=True)
    delivered = path.parent.name
    texts = claims(rows, delivered)
    decided = rows.filter("is_first")
    if decided.height:
        texts["835"] = remittances(decided, delivered)
    for name, text in texts.items():
        (to / f"{name}{path.stem.removeprefix(MEDICAL)}.x12").write_bytes(text.encode())


def prepared(rows: pl.DataFrame, roster: pl.DataFrame) -> pl.DataFrame:
    """Rows as both guides need them: numbers of claims, sums in dollars (of a void positive, but for `paid`), the member."""
    sums = {"charge": "charge_amount", "paid": "paid_amount", "allowed": "allowed_amount"}
    name = pl.col("data_source") + "-"
    return (
        rows.unique(("claim", "claim_line_number"), keep="first", maintain_order=True)
        .join(roster, on=PERSON, how="left", maintain_order="left")
        .with_columns(
            *(pl.col(of).cast(pl.Decimal(18, 2)).alias(to) for to, of in sums.items()),
            number=name + pl.col("claim_id"),
            replaced=name + pl.col("original_claim_id"),
            line=pl.col("claim_line_number").cast(pl.UInt32),
            units=pl.col("service_unit_quantity").cast(pl.Decimal(18, 2)),
        )
        .with_columns(pl.col("charge").abs())
    )
