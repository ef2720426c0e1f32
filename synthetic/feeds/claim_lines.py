"""Rows of `claims.medical_claim`: expands claim headers and versions to lines in each payer's style.

Must not be here: the selection of claims (`claims`).
"""

import numpy as np
import polars as pl

from synthetic import codes, hospital
from synthetic.draw import Array, Table, label, numbered, repeat
from synthetic.feeds.claim_shapes import (
    BILL_TYPE,
    CRISIS,
    DENIED,
    DETOX_STAY,
    NURSING,
    PLACES,
    PSYCH_STAY,
    ROOM,
    SERVICE,
    SHAPES,
    VOID,
    WIDEST,
)
from synthetic.feeds.payers import member_columns
from synthetic.landing import Rows
from synthetic.organization import (
    Organization,
    service_taxonomy,
)
from synthetic.people import People
from synthetic.timeline import dates


def _grid(pick: int) -> pl.Series:
    cells: list[str | None] = []
    for shape in SHAPES:
        listed = shape[pick]
        cells += [*listed, *([None] * (WIDEST - len(listed)))]  # type: ignore[misc]
    return pl.Series(cells, dtype=pl.String)


def line_rows(claims: Table, people: People, agency: Organization) -> Rows:
    """Rows of claims.medical_claim, one per line and version."""
    owner, line = repeat(claims["lines"])
    cell = pl.Series(claims["shape"][owner] * WIDEST + line)
    shape, person = claims["shape"][owner], claims["person"][owner]
    revenue = _grid(1).gather(cell)
    procedure = _grid(2).gather(cell)
    own = claims["procedure"][owner]
    procedure = pl.select(
        pl.when(procedure == "*").then(label(codes.SERVICE_PROCEDURE, own)).otherwise(procedure)
    ).to_series()
    start, end = claims["start"], claims["end"] - claims["shift"]
    days = np.maximum(end - start, 1)
    units = np.where((line == 0) & (shape <= NURSING), days[owner], 1)
    price = np.array(
        [
            price[index] if index < len(price) else 0
            for _, _, _, price in SHAPES
            for index in range(WIDEST)
        ]
    )[cell.to_numpy()]
    own_price = np.where(
        line == 0, claims["price"][owner], np.where(claims["price"][owner] < 1, 0.9, 1.0)
    )
    price = np.where(
        (shape == SERVICE) & (line == 0),
        own_price,
        price * np.where(claims["price"][owner] < 1, 0.9, 1.0),
    )
    cents = np.round(price * units * 100 * claims["sign"][owner]).astype(np.int64)
    denied = claims["status"][owner] == DENIED
    frequency = claims["frequency"][owner]
    # Half of the voids have no diagnosis.
    bare = (frequency == VOID) & (claims["number"][owner] // 10 % 2 == 0)
    dx, dx_2 = claims["dx"][owner], claims["dx_2"][owner]
    with_dot = people.payer[person] == 0
    stay_drg = np.array([2, 0, 3, -1, -1, *([-1] * 9)])[claims["shape"]]
    group = people.group[claims["person"]]
    stay_drg = np.where(
        claims["shape"] == PSYCH_STAY, np.where(group == codes.DEPRESSION, 1, 2), stay_drg
    )
    facility, clinician, billing = claims["facility"], claims["clinician"], claims["billing"]
    inside = claims["shape"] <= ROOM
    rendering = np.where(claims["shape"] == CRISIS, -1, clinician)
    taxonomy = np.where(claims["shape"] == SERVICE, claims["procedure"], -1)
    taxonomy_code = pl.select(
        pl.when(pl.Series(taxonomy >= 0))
        .then(service_taxonomy(taxonomy))
        .otherwise(agency.clinician_taxonomy(rendering))
    ).to_series()
    billing_npi = pl.select(
        pl.when(pl.Series(billing >= 0))
        .then(agency.clinician_npi(billing))
        .otherwise(agency.npi(facility))
    ).to_series()
    in_bed = (claims["shape"] <= DETOX_STAY) | (claims["shape"] == NURSING)
    per_claim = pl.DataFrame(
        {
            "claim_id": numbered("", claims["number"] + 1_000_000),
            "claim_type": label(("institutional", "professional"), np.where(inside, 0, 1)),
            "claim_start_date": dates(start),
            "claim_end_date": dates(end),
            "admission_date": dates(start).set(pl.Series(~in_bed), None),
            "discharge_date": dates(end).set(pl.Series(~in_bed), None),
            "admit_source_code": label(("1", "7"), np.where(in_bed, claims["from_ed"], -1)),
            "admit_type_code": label(("3", "1"), np.where(in_bed, claims["from_ed"], -1)),
            "discharge_disposition_code": label(
                hospital.DISPOSITION_CODES,
                np.where(inside, np.maximum(claims["disposition"], 0), -1),
            ),
            "place_of_service_code": label(PLACES, np.where(inside, -1, claims["place"])),
            "bill_type_code": label(BILL_TYPE, claims["shape"]),
            "drg_code_type": label(("ms-drg",), np.where(stay_drg >= 0, 0, -1)),
            "drg_code": label(("194", "881", "885", "897"), stay_drg),
            "hcpcs_modifier_1": label(codes.MODALITY_MODIFIER, claims["modality"]),
            "rendering_npi": agency.clinician_npi(rendering),
            "billing_npi": billing_npi,
            "facility_npi": agency.npi(facility),
            "paid_date": dates(claims["paid_day"]),
            "claim_frequency_code": label(("1", "7", "8"), claims["frequency"]),
            "original_claim_id": numbered("", claims["original"] + 1_000_000).set(
                pl.Series(claims["original"] < 0), None
            ),
            "claim_status": label(("paid", "denied"), claims["status"]),
            "rendering_taxonomy_code": taxonomy_code,
            "facility_taxonomy_code": agency.facility_taxonomy(facility),
        }
    )
    frame = per_claim[owner].with_columns(
        pl.Series("claim_line_number", line + 1),
        **member_columns(people, person),
        revenue_center_code=revenue,
        hcpcs_code=procedure,
        service_unit_quantity=pl.Series(units),
        paid_amount=_dollars(np.where(denied, 0, cents * 62 // 100)),
        allowed_amount=_dollars(np.where(denied, 0, cents * 66 // 100)),
        charge_amount=_dollars(cents),
        diagnosis_code_type=label(("icd-10-cm",), np.zeros(len(owner))),
        diagnosis_code_1=_diagnosis_codes(np.where(bare, -1, dx), with_dot),
        diagnosis_code_2=_diagnosis_codes(np.where(bare, -1, dx_2), with_dot),
    )
    frame = frame.with_columns(
        claim_line_start_date=pl.col("claim_start_date"),
        claim_line_end_date=pl.col("claim_end_date"),
    )
    return Rows("medical_claim", frame, claims["sent"][owner])


def _dollars(cents: Array) -> pl.Series:
    return pl.Series(np.asarray(cents, dtype=np.int64) / 100)


def _diagnosis_codes(dx: Array, with_dot: Array) -> pl.Series:
    """Diagnosis codes in the payer's notation: one payer writes the dot, the others omit it."""
    dotless = [code.replace(".", "") for code in codes.ALL]
    return label(
        [*codes.ALL, *dotless], np.where(dx < 0, -1, np.where(with_dot, dx, dx + len(dotless)))
    )
