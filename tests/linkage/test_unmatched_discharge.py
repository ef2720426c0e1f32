"""An unmatched discharge is on a worklist until a decision makes it a client's call."""

from __future__ import annotations

import datetime as dt

import pytest
from matching import build_matches, rows

FILES = {
    "ehr/2026-06-01/client.csv": (
        "client_id,medicaid_id,first_name,last_name,birth_date,sex,status\n"
        "C1,,Ada,Crane,1980-02-13,F,active\n"
        "C2,900000002A,Uma,Poe,1975-05-05,F,active\n"
    ),
    # One patient that may not be matched because the given name differs, one without any
    # candidate, one that is matched.
    "adt/2026-06-01/event.csv": (
        "sending_facility_id,facility_type,visit_number,event_type,patient_class,event_at,source_patient_id,medicaid_id,first_name,last_name,birth_date,sex\n"
        "h1,psychiatric_hospital,v1,admit,inpatient,2026-05-28T10:00:00-04:00,m1,,Ida,Crane,1980-02-13,F\n"
        "h1,psychiatric_hospital,v1,discharge,inpatient,2026-05-31T10:00:00-04:00,m1,,Ida,Crane,1980-02-13,F\n"
        "h1,psychiatric_hospital,v2,admit,inpatient,2026-05-28T10:00:00-04:00,m2,,Zoe,Quill,1990-01-01,F\n"
        "h1,psychiatric_hospital,v2,discharge,inpatient,2026-05-30T10:00:00-04:00,m2,,Zoe,Quill,1990-01-01,F\n"
        "h1,psychiatric_hospital,v3,admit,inpatient,2026-05-28T10:00:00-04:00,m3,900000002A,Uma,Poe,1975-05-05,F\n"
        "h1,psychiatric_hospital,v3,discharge,inpatient,2026-05-31T11:00:00-04:00,m3,900000002A,Uma,Poe,1975-05-05,F\n"
    ),
    "identity_decisions/2026-06-02/decision.csv": (
        "decision_id,source,source_scope,source_client_id,client_id,decision,decided_by,decided_at\n"
        "d1,adt,h1,m1,C1,same,cm-1,2026-06-01T09:00:00-04:00\n"
    ),
}
EXPORTS = ["+export_unmatched_discharge", "+fct_task"]
WAITING = (
    "select source_client_id, candidate_client_id, candidate_reason_code, due_at < data_as_of"
    " from exports.export_unmatched_discharge order by rank"
)
CALLS = (
    "select client.client_id, task.lane, task.evidence_table from marts.fct_task as task"
    " inner join marts.dim_client as client using (client_key) where lane = 1 order by all"
)


@pytest.fixture(scope="module")
def mornings(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[list, list]]:
    """The unmatched discharges and the calls, before and after a decision."""
    folder = tmp_path_factory.mktemp("unmatched")
    for name, text in FILES.items():
        path = folder / "landing" / name
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    found = []
    for day in ("2026-06-01", "2026-06-02"):
        morning = dt.datetime.fromisoformat(f"{day}T07:00:00-04:00")
        warehouse = build_matches(folder / "landing", folder / "data", morning, EXPORTS)
        found.append((rows(warehouse, WAITING), rows(warehouse, CALLS)))
    return found


def test_unmatched_discharges_are_listed_most_overdue_first(mornings: list) -> None:
    waiting, calls = mornings[0]
    assert waiting == [
        ("m2", None, None, True),
        ("m1", "C1", "first_name_conflict", False),
    ]
    assert calls == [("C2", 1, "raw_adt.event")]


def test_decision_turns_the_discharge_into_a_clients_call(mornings: list) -> None:
    waiting, calls = mornings[1]
    assert [row[0] for row in waiting] == ["m2"]
    assert calls == [("C1", 1, "raw_adt.event"), ("C2", 1, "raw_adt.event")]
