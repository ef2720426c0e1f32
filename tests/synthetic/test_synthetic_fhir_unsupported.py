"""Rows of the agency's record that stay CSV in the FHIR format."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from fhir_examples import (
    DAY,
    ITEM,
    NEXT_DAY,
    TOTAL,
    ZONE,
    Row,
    deliver,
    resources,
)

from synthetic.formats import fhir

UNSUPPORTED: list[tuple[str, Row]] = [
    ("diagnosis", {"is_primary": "true"}),
    ("diagnosis", {"recorded_at": None}),
    ("diagnosis", {"verification_status": "entered_in_error"}),
    ("diagnosis", {"end_date": "9999-12-31"}),
    ("diagnosis", {"code": "F32.9\t"}),
    ("appointment", {"status": "late_cancel"}),
    ("appointment", {"status": "rescheduled"}),
    ("appointment", {"rescheduled_to_appointment_id": "a2"}),
    ("appointment", {"duration_minutes": None}),
    ("appointment", {"status_at": None}),
    ("appointment", {"provider_id": "Jo Doe"}),
    # Skipped by the spring clock change, and ambiguous after the autumn change.
    ("appointment", {"scheduled_at": "2026-03-08T02:30:00"}),
    ("appointment", {"created_at": "2025-11-02T01:30:00"}),
    ("appointment", {"created_at": "2025-11-02"}),
    ("visit", {"is_crisis": "true", "service_line": "therapy"}),
    ("visit", {"diagnosis_code_1": None}),
    ("visit", {"procedure_code": None}),
    ("visit", {"provider_id": None}),
    ("consent", {"scope": "all_records"}),
    ("consent", {"recipient_type": "program"}),
    ("consent", {"recipient_id": None}),
    ("referral", {"direction": "in"}),
    ("referral", {"barrier_code": "language"}),
    ("referral", {"scheduled_at": "2026-03-05T09:00:00"}),
    ("referral", {"closed_at": "2026-03-05T09:00:00", "close_reason": "ineligible"}),
    ("referral", {"sent_at": None, "closed_at": "2026-03-05T09:00:00", "close_reason": "declined_by_provider"}),
    # Declined after it was accepted.
    ("referral", {
        "accepted_at": "2026-03-03T09:00:00", "closed_at": "2026-03-05T09:00:00", "close_reason": "declined_by_provider",
    }),
    ("response", {"reviewed_at": "2026-03-09T10:30:00"}),
    ("response", {"instrument": "dla20", "total_score": "3.5"}),
    ("response", {"instrument": "cssrs", "total_score": None, "level": "high"}),
    ("response", {"instrument": "sdoh", "total_score": None, "domain": "food", "is_positive": "true"}),
    ("response", {"instrument": "phq9", "item_number": "9", "item_value": "1", "total_score": None}),
    ("response", {"instrument": "phq9", "item_number": "1", "item_value": "4", "total_score": None}),
    # A PHQ-9M without a total.
    ("response", ITEM),
]  # fmt: skip


@pytest.mark.parametrize(("table", "row"), UNSUPPORTED)
def test_unsupported_rows_stay_csv(tmp_path: Path, table: str, row: Row) -> None:
    path = deliver(tmp_path, table, row)
    before = path.read_bytes()
    fhir.convert(tmp_path, ZONE)
    assert path.read_bytes() == before
    assert not (tmp_path / "ehr_fhir").exists()


def test_a_record_converts_in_every_delivery_or_in_none(tmp_path: Path) -> None:
    other = {"appointment_id": "a2"}
    first = deliver(tmp_path, "appointment", {"status": "scheduled"}, other)
    later = deliver(tmp_path, "appointment", {"status": "late_cancel"}, other, day=NEXT_DAY)
    fhir.convert(tmp_path, ZONE)
    for path, day in ((first, DAY), (later, NEXT_DAY)):
        assert pl.read_csv(path)["appointment_id"].to_list() == ["a1"]
        assert [found["id"] for found in resources(tmp_path, "Appointment", day)] == ["a2"]


def test_a_record_whose_status_at_goes_backwards_stays_csv(tmp_path: Path) -> None:
    """FHIR keeps the latest change of a resource, CSV the latest delivery of a row."""
    others: list[Row] = [
        {"appointment_id": f"o{number}", "status_at": f"2026-03-0{1 + number % 2}T09:00:00"}
        for number in range(8)
    ]
    deliver(tmp_path, "appointment", {"status_at": "2026-03-08T03:30:00"}, *others)
    path = deliver(tmp_path, "appointment", {"status_at": "2026-03-07T03:30:00"}, day=NEXT_DAY)
    fhir.convert(tmp_path, ZONE)
    assert path.exists()
    assert len(resources(tmp_path, "Appointment")) == len(others)


def test_a_response_with_a_later_review_stays_csv(tmp_path: Path) -> None:
    path = deliver(tmp_path, "response", {}, {"response_id": "r2"})
    deliver(tmp_path, "response", {"reviewed_at": "2026-03-10T10:30:00"}, day=NEXT_DAY)
    fhir.convert(tmp_path, ZONE)
    assert pl.read_csv(path)["response_id"].to_list() == ["r1"]
    assert [found["id"] for found in resources(tmp_path, "Observation")] == ["r2"]


@pytest.mark.parametrize("later", [ITEM | {"item_number": "2"}, ITEM | {"item_value": "1"}])
def test_a_response_in_parts_or_with_changes_stays_csv(tmp_path: Path, later: Row) -> None:
    total = TOTAL | {"instrument": "phq9m"}
    paths = [
        deliver(tmp_path, "response", ITEM, total),
        deliver(tmp_path, "response", later, day=NEXT_DAY),
    ]
    fhir.convert(tmp_path, ZONE)
    assert all(path.exists() for path in paths)
    assert not (tmp_path / "ehr_fhir").exists()


def test_a_response_with_two_totals_stays_csv(tmp_path: Path) -> None:
    path = deliver(tmp_path, "response", {}, {"total_score": "13"})
    fhir.convert(tmp_path, ZONE)
    assert path.exists()
    assert not (tmp_path / "ehr_fhir").exists()
