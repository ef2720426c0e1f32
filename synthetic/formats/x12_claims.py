"""837 transactions from rows of `medical_claim` (005010X222 professional, 005010X223 institutional).

A transaction has one billing provider (loops 2000A, 2010AA), its members in order (2000B, 2010BA, 2010BB), and their
claims (2300, 2310) with lines (2400). Must not be here: which claims are representable, payments.
"""

from __future__ import annotations

import polars as pl

from synthetic.formats.claim_rows import DIAGNOSES, MODIFIERS
from synthetic.formats.x12_segments import (
    INSTITUTIONAL,
    PROFESSIONAL,
    TransactionSet,
    composite,
    day,
    if_present,
    interchange,
    joined,
    number,
    period,
    segment,
    text,
)

# HI has twelve composites. A professional claim has one HI of diagnoses; an institutional claim has one for the
# principal diagnosis and two for the others.
IN_HI = 12
_IS_PROFESSIONAL = pl.col("claim_type") == "professional"
_SEX = {"female": "F", "male": "M", "unknown": "U"}


def claims(rows: pl.DataFrame, delivered: str) -> dict[str, str]:
    """Texts of the 837P and 837I files; a claim type without claims has no file.

    Args:
        rows: Lines of complete, representable claims, with the columns of `x12.prepared`.
        delivered: Delivery day (ISO).
    """
    found = {}
    for name, kind, claim_type in (
        ("837p", PROFESSIONAL, "professional"),
        ("837i", INSTITUTIONAL, "institutional"),
    ):
        lines = rows.filter(pl.col("claim_type") == claim_type)
        if lines.height:
            found[name] = interchange(kind, _transactions(lines, kind, delivered), delivered)
    return found


def _transactions(lines: pl.DataFrame, kind: TransactionSet, delivered: str) -> pl.Series:
    is_professional = kind is PROFESSIONAL
    provider = ("billing_npi", "billing_taxonomy")
    member = (*provider, "data_source", "member_id")
    order = (*member, "number", "claim_frequency_code", "line")
    sorted_lines = lines.with_columns(_billing_taxonomy(is_professional=is_professional)).sort(
        order
    )
    # Build the texts before grouping: inside a group Polars would evaluate them once per group.
    written = sorted_lines.with_columns(text=_line(is_professional=is_professional))
    claim = written.group_by(*member, "number", maintain_order=True).agg(
        pl.all().exclude("line", "charge", "units", "text", *member, "number").first(),
        charge=pl.col("charge").sum(),
        lines=pl.col("text").str.join(""),
    )
    claim = claim.with_columns(text=_claim(is_professional=is_professional))
    subscriber = claim.group_by(*member, maintain_order=True).agg(
        pl.all().exclude("lines", "charge", "text", *member).first(),
        claims=pl.col("text").str.join(""),
    )
    # HL01 counts within the transaction; the provider's level is 1.
    subscriber = subscriber.with_columns(
        level=(pl.int_range(pl.len()).over(provider) + 2).cast(pl.String)
    )
    subscriber = subscriber.with_columns(text=_subscriber())
    transaction = subscriber.group_by(*provider, maintain_order=True).agg(
        subscribers=pl.col("text").str.join("")
    )
    return transaction.select(_provider(delivered)).to_series()


def _billing_taxonomy(*, is_professional: bool) -> pl.Expr:
    """2000A PRV03: the facility's taxonomy, or the clinician's if the claim has no rendering loop (2310B) for it."""
    facility, rendering = pl.col("facility_taxonomy_code"), pl.col("rendering_taxonomy_code")
    if not is_professional:
        return facility.alias("billing_taxonomy")
    has_loop = pl.col("rendering_npi").is_not_null() & rendering.is_not_null()
    return pl.when(~has_loop).then(pl.coalesce(rendering, facility)).alias("billing_taxonomy")


def _provider(delivered: str) -> pl.Expr:
    """BHT, loops 1000A and 1000B, 2000A with 2010AA, and the subscribers."""
    written = delivered.replace("-", "")
    return joined(
        segment(
            "BHT", {1: "0019", 2: "00", 3: text("billing_npi"), 4: written, 5: "0000", 6: "CH"}
        ),
        segment("NM1", {1: "41", 2: "2", 3: "CLEARINGHOUSE", 8: "46", 9: "CLEARINGHOUSE"}),
        segment("NM1", {1: "40", 2: "2", 3: "AGENCY", 8: "46", 9: "AGENCY"}),
        segment("HL", {1: "1", 3: "20", 4: "1"}),
        if_present(
            segment("PRV", {1: "BI", 2: "PXC", 3: text("billing_taxonomy")}), "billing_taxonomy"
        ),
        _entity("85", "billing_npi"),
        pl.col("subscribers"),
    )


def _entity(code: str, npi: str) -> pl.Expr:
    """NM1 of a provider. NM103 is required and rows have no name: it is the NPI."""
    return segment("NM1", {1: code, 2: "2", 3: text(npi), 8: "XX", 9: text(npi)})


def _subscriber() -> pl.Expr:
    """Loops 2000B, 2010BA and 2010BB of the member, who is the patient, and the claims."""
    street = segment("N3", {1: text("roster_address")})
    town = segment(
        "N4", {1: text("roster_city"), 2: text("roster_state"), 3: text("roster_zip_code")}
    )
    sex = pl.col("roster_gender").replace_strict(_SEX, default="")
    return joined(
        segment("HL", {1: pl.col("level"), 2: "1", 3: "22", 4: "0"}),
        segment(
            "SBR", {1: "P", 2: "18", 4: text("plan"), 9: filing()}
        ),
        member_name("IL"),
        if_present(street, "roster_address"),
        if_present(town, "roster_city"),
        segment("DMG", {1: "D8", 2: day("roster_birth_date"), 3: sex}),
        segment(
            "NM1", {1: "PR", 2: "2", 3: text("payer"), 8: "PI", 9: text("data_source")}
        ),
        pl.col("claims"),
    )  # fmt: skip


def member_name(entity: str) -> pl.Expr:
    """NM1 of the member: 2010BA of an 837 (IL), 2100 of an 835 (QC)."""
    return segment(
        "NM1",
        {
            1: entity, 2: "1", 3: text("roster_last_name"), 4: text("roster_first_name"),
            8: "MI", 9: text("member_id"),
        },
    )  # fmt: skip


def filing() -> pl.Expr:
    """SBR09, CLP06: Medicaid, or Medicare Part A or B."""
    medicare = pl.when(_IS_PROFESSIONAL).then(pl.lit("MB")).otherwise(pl.lit("MA"))
    return pl.when(pl.col("roster_payer_type") == "medicaid").then(pl.lit("MC")).otherwise(medicare)


def place() -> pl.Expr:
    """CLM05-1, CLP08: place of service (professional) or the first two digits of the bill type (institutional)."""
    of_bill = pl.col("bill_type_code").str.slice(0, 2)
    return pl.when(_IS_PROFESSIONAL).then("place_of_service_code").otherwise(of_bill)


def _claim(*, is_professional: bool) -> pl.Expr:
    """Loops 2300 and 2310, and the lines."""
    kind = "B" if is_professional else "A"
    head = {
        1: pl.col("number"), 2: number(pl.col("charge")), 5: composite(place(), kind, pl.col("claim_frequency_code")),
        6: "Y" if is_professional else "", 7: "A", 8: "Y", 9: "Y",
    }  # fmt: skip
    stay = (
        []
        if is_professional
        else [
            period("434", "claim_start_date", "claim_end_date", always_span=True),
            if_present(
                segment("DTP", {1: "435", 2: "D8", 3: day("admission_date")}), "admission_date"
            ),
            segment(
                "CL1",
                {
                    1: text("admit_type_code"),
                    2: text("admit_source_code"),
                    3: text("discharge_disposition_code"),
                },
            ),
        ]
    )
    group = if_present(segment("HI", {1: composite("DR", pl.col("drg_code"))}), "drg_code")
    specialty = segment("PRV", {1: "PE", 2: "PXC", 3: text("rendering_taxonomy_code")})
    has_both = (
        pl.col("rendering_npi").is_not_null() & pl.col("rendering_taxonomy_code").is_not_null()
    )
    return joined(
        segment("CLM", head),
        *stay,
        if_present(segment("REF", {1: "F8", 2: text("replaced")}), "replaced"),
        *_diagnoses(is_professional=is_professional),
        *([] if is_professional else [group]),
        if_present(_entity("82", "rendering_npi"), "rendering_npi"),
        pl.when(has_both).then(specialty),
        if_present(_entity("77", "facility_npi"), "facility_npi"),
        pl.col("lines"),
    )


def _diagnoses(*, is_professional: bool) -> list[pl.Expr]:
    """HI of the principal diagnosis (ABK) and the others (ABF), without dots (2300 HI01-2)."""
    codes = [pl.col(name).str.replace_all(".", "", literal=True) for name in DIAGNOSES]
    first = composite("ABK", codes[0])
    others = [
        if_present(composite("ABF", code), name)
        for code, name in zip(codes, DIAGNOSES, strict=True)
    ]
    groups = (
        [[first, *others[1:IN_HI]]]
        if is_professional
        else [[first], others[1 : IN_HI + 1], others[IN_HI + 1 :]]
    )
    names = (0,) if is_professional else (0, 1, IN_HI + 1)
    return [
        if_present(
            pl.concat_str(
                pl.lit("HI*"), pl.concat_str(*group, separator="*", ignore_nulls=True), pl.lit("~\n")
            ),
            DIAGNOSES[at],
        )
        for group, at in zip(groups, names, strict=True)
    ]  # fmt: skip


def procedure() -> pl.Expr:
    """SV101, SV202, SVC01: HCPCS code and modifiers; null without a procedure."""
    return if_present(
        composite("HC", pl.col("hcpcs_code"), *(pl.col(n) for n in MODIFIERS)), "hcpcs_code"
    )


def _line(*, is_professional: bool) -> pl.Expr:
    """Loop 2400. A professional line points to the first diagnosis (SV107); rows have no pointer."""
    charge, units = number(pl.col("charge")), number(pl.col("units")).fill_null("")
    unit = pl.when(pl.col("units").is_not_null()).then(pl.lit("UN")).otherwise(pl.lit(""))
    pointer = (
        pl.when(pl.col("diagnosis_code_1").is_not_null()).then(pl.lit("1")).otherwise(pl.lit(""))
    )
    service = (
        segment("SV1", {1: procedure(), 2: charge, 3: unit, 4: units, 7: pointer})
        if is_professional
        else segment(
            "SV2",
            {1: text("revenue_center_code"), 2: procedure().fill_null(""), 3: charge, 4: unit, 5: units},
        )
    )  # fmt: skip
    days = period("472", "claim_line_start_date", "claim_line_end_date")
    return joined(segment("LX", {1: pl.col("line").cast(pl.String)}), service, days)
