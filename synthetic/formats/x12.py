r"""Rows of `claims/medical_claim` as X12 005010 claims and remittances, for the sender `claims_x12`.

Each CSV file becomes up to three files with one interchange each: `837p…` (X222) and `837i…` (X223) with the claims,
`835…` (X221) with their payment. Loops and elements: claim_id CLM01 (2300), CLP01 and CLP07 (2100); claim_frequency_code CLM05-3;
original_claim_id REF F8; claim_type ST03; bill_type_code (two digits) or place_of_service_code CLM05-1; claim dates DTP 434
(institutional), 2100 DTM 232 and 233; admission_date DTP 435; admit_type_code, admit_source_code, discharge_disposition_code
CL101 to CL103; drg_code HI DR; diagnosis codes HI ABK, ABF; billing_npi 2010AA; facility_taxonomy_code 2000A PRV03;
rendering_npi and its taxonomy NM1 82 and PRV; facility_npi NM1 77; lines LX, SV1 or SV2, DTP 472; member_id 2010BA NM109;
payer 2010BB NM103, data_source NM109; plan SBR04; paid_date BPR16; paid_amount CLP04, SVC03; allowed_amount AMT B6;
charge_amount CLM02, SV102, SV203; claim_status CLP02. The member's name, birth date, sex and address, which an 837
requires (2010BA NM1, N3, N4, DMG), come from the eligibility file. `eligibility` and `pharmacy_claim` stay CSV.

Differences from the rows: claim ids are unique per data_source and a provider has several payers, so both claim numbers
are `<data_source>-<claim_id>`. A void repeats the charges; its negative payment is the reversal (22) of the voided
claim. A payment is written once. A claim is written with all lines: if only some lines are re-sent unchanged, nothing is
written again.

Not converted: drg_code_type (HI DR has no system); person_id (the member id identifies the member); the last digit of
the bill type (it is the frequency); the facility's taxonomy on a professional claim with a rendering taxonomy. Elements
that the guides require and no row has are omitted (provider tax id and address, attending physician, admission hour,
diagnosis of a void without one) or use the most general code (adjustments CO 45, CO A1; the provider's name is its
NPI).

These claims stay CSV, together with every claim in their replacement or void chain:

- A claim re-sent with changes, or delivered in parts in several files: it would replace the whole earlier claim.
- Two versions with the same number, a correction by another provider, a correction of an unknown claim or of itself, a
  denied void: 835 and REF F8 cannot identify the version.
- A member without name and birth date in the eligibility file, with a member id shared by two people, or with a payer
  type other than Medicaid and Medicare.
- No paid date, amount or status; a reversed row; a negative amount other than on a void; more than two decimals.
- A stay with a discharge date other than the last day of the statement (837I has only the discharge hour); a
  professional claim with stay columns.
- Lines with different header values, not numbered 1 to n, or more lines than the guide allows; diagnoses with gaps, in
  ICD-9, or more than twelve (professional); a claim number above 20 characters; claim types without a guide.
- Values in columns not listed here; values with `* : ^ ~` or control characters, because X12 has no escapes.

Must not be here: new facts, random draws, other senders.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from synthetic.formats.claim_rows import MEDICAL, PERSON, ROSTER, claim_hash, completed, roster_of
from synthetic.formats.row_files import read, rewrite
from synthetic.formats.x12_claims import claims
from synthetic.formats.x12_remittances import remittances
from synthetic.formats.x12_representable import find_representable
from synthetic.formats.x12_segments import UNSUPPORTED_CHARACTERS

NAME, SOURCE, TARGET = "x12", "claims", "claims_x12"
_DESCRIBED = (
    "payer_type", "birth_date", "gender", "first_name", "last_name", "address", "city", "state", "zip_code",
)  # fmt: skip


def convert(folder: Path, to: Path) -> None:
    """Move the representable claims to X12 files and delete emptied CSV files; the same input gives the same bytes.

    Args:
        folder: Deliveries of `claims`, `<YYYY-MM-DD>/medical_claim*.csv`. Memory is bounded by the largest file as X12
            plus 60 bytes per line of all files.
        to: Deliveries of `claims_x12`, with the same delivery days.
    """
    files = sorted(folder.glob(f"*/{MEDICAL}*.csv"))
    if not files:
        return
    rosters = sorted(folder.glob(f"*/{ROSTER}*.csv"))
    roster = roster_of(rosters, _DESCRIBED, ["medicaid", "medicare"], UNSUPPORTED_CHARACTERS)
    representable = find_representable(files, roster)
    for place, path in enumerate(files):
        rows = read(path)
        full = completed(rows)
        is_representable = full.select(claim_hash().is_in(representable.claims)).to_series()
        if not is_representable.any():
            continue
        here = representable.deliveries.filter(pl.col("file") == place).select("claim", "is_first")
        whole = (
            full.filter(is_representable).with_columns(claim=claim_hash()).join(here, on="claim")
        )
        _write(prepared(whole, roster), path, to / path.parent.name)
        rewrite(rows.filter(~is_representable), path)


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
    """Rows with the columns of both guides: claim numbers, amounts (charges of a void are positive), the member."""
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
