"""Two agencies that differ only in Part 2 records without consent release equal outreach files.

The second agency has additional records of a Part 2 program to which no care manager belongs, for
clients without a valid consent. Any difference in a file would disclose these records.
"""

from __future__ import annotations

import csv
import shutil
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from sources.contract import load_contracts
from tests import forked
from tests.orchestration.conftest import AS_OF, SmallAgency

TODAY = date.fromisoformat(AS_OF)
PROGRAM = "river"
_NO_PROGRAM_IS_NEEDED = {"client", "assignment", "consent"}
Row = dict[str, str]


@dataclass
class Landed:
    """Landed rows as text, by source and table."""

    folder: Path
    rows: dict[tuple[str, str], list[Row]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for source, contract in load_contracts().items():
            for path in sorted((self.folder / source).glob("*/*.csv")):
                # skip the invalid files of the small agency
                if source == "ehr" and path.parent.name == AS_OF:
                    continue
                names = [name for name in contract.tables if path.name.startswith(name)]
                with path.open(encoding="utf-8", newline="") as file:
                    self.rows[source, max(names, key=len)].extend(csv.DictReader(file))

    def of(self, source: str, table: str) -> list[Row]:
        return self.rows[source, table]


def _protected_clients(landed: Landed) -> dict[str, str]:
    """Map clients to care managers, for clients without a consent or a Part 2 enrollment."""
    part2 = {row["program_id"] for row in landed.of("ehr", "program") if row["is_part2"] == "true"}
    permitted = {row["client_id"] for row in landed.of("ehr", "consent")} | {
        row["client_id"]
        for row in landed.of("ehr", "program_enrollment")
        if row["program_id"] in part2
    }
    managers = {
        row["client_id"]: row["staff_id"]
        for row in landed.of("ehr", "assignment")
        if row["role"] == "care_manager" and not row["end_date"]
    }
    return {client: staff for client, staff in sorted(managers.items()) if client not in permitted}


def _first_free_day(landed: Landed, client: str, manager: str) -> date:
    """Return the day after the client's last record without a program.

    An enrollment that starts on that day does not make earlier records Part 2 records.
    """
    days = []
    for (source, table), rows in landed.rows.items():
        if source not in ("ehr", "screenings", "referrals", "outreach_log"):
            continue
        for row in rows:
            if row.get("client_id") != client or row.get("program_id"):
                continue
            if table in _NO_PROGRAM_IS_NEEDED or row.get("staff_id") == manager:
                continue
            days += [
                date.fromisoformat(value[:10])
                for name, value in row.items()
                if value and name.endswith(("_at", "_date"))
            ]
    return max(days, default=date(2020, 1, 1)) + timedelta(days=1)


def _at(days_ago: int, hour: int = 10) -> str:
    return f"{TODAY - timedelta(days=days_ago)}T{hour:02}:00:00"


def _protected_rows(client: Row, manager: str, free_from: date) -> Iterable[tuple[str, str, Row]]:
    """Yield every kind of Part 2 record; each would change the client's row if it were visible."""
    client_id = client["client_id"]
    key = f"{PROGRAM}-{client_id}"
    own = {"client_id": client_id, "program_id": PROGRAM}
    start = min(max(free_from, date(2020, 1, 1)), TODAY)
    enrolled = {"enrollment_id": key, "start_date": str(start)}
    yield "ehr", "program_enrollment", own | enrolled
    for name, days_ago, line, status in (
        ("booked", 0, "moud", "scheduled"),
        ("next", -1, "moud", "scheduled"),
        ("dose", 1, "moud", "no_show"),
        ("group", 2, "therapy", "no_show"),
        ("late", 3, "therapy", "late_cancel"),
    ):
        yield "ehr", "appointment", own | {
            "appointment_id": f"{key}-{name}", "scheduled_at": _at(days_ago, 15), "duration_minutes": "240",
            "service_line": line, "provider_id": manager, "status": status, "status_at": _at(max(days_ago, 4)),
            "created_at": _at(20),
        }  # fmt: skip
    for name, days_ago, line in (("a", 1, "therapy"), ("b", 9, "psychiatry")):
        yield "ehr", "visit", own | {
            "visit_id": f"{key}-{name}", "started_at": _at(days_ago), "service_line": line, "provider_id": manager,
            "diagnosis_code_1": "F11.20", "is_crisis": str(name == "b").lower(), "is_deleted": "false",
        }  # fmt: skip
    for name, code in (("opioid", "F11.20"), ("psychosis", "F20.9")):
        yield "ehr", "diagnosis", own | {
            "diagnosis_id": f"{key}-{name}", "code_system": "icd10cm", "code": code, "onset_date": "2026-05-01",
            "verification_status": "confirmed", "recorded_at": _at(30),
        }  # fmt: skip
    yield "ehr", "medication", own | {
        "medication_id": key, "code_system": "rxnorm", "code": "1010600", "medication_class": "moud",
        "start_date": "2026-05-01", "is_long_acting_injectable": "true", "next_due_date": "2026-06-20",
    }  # fmt: skip
    yield "ehr", "treatment_plan", own | {
        "plan_id": key, "start_date": "2026-01-01", "next_review_date": "2026-06-01", "status": "active",
    }  # fmt: skip
    for kind, value in (("safety_plan", ""), ("tier_override", "up"), ("chart_review", "")):
        yield "ehr", "document", own | {
            "document_id": f"{key}-{kind}", "document_type": kind, "document_at": _at(2), "author_id": manager,
            "value": value, "reason": "review" if value else "",
        }  # fmt: skip
    for name, instrument, row in (
        ("p", "phq9", {"item_number": "9", "item_value": "3"}),
        ("t", "phq9", {"total_score": "26"}),
        ("c", "cssrs", {"level": "high"}),
    ):
        yield "screenings", "response", own | row | {
            "response_id": f"{key}-{name}", "instrument": instrument, "administered_at": _at(1), "status": "completed",
        }  # fmt: skip
    yield "referrals", "referral", own | {
        "referral_id": key, "direction": "out", "domain": "housing", "priority": "urgent", "created_at": _at(45),
        "barrier_code": "waitlist",
    }  # fmt: skip
    if start <= TODAY - timedelta(days=1):
        for name, outcome in (("r", "reached"), ("n", "no_answer")):
            yield "outreach_log", "contact", {
                "contact_id": f"{key}-{name}", "client_id": client_id, "staff_id": "th-0001",
                "contacted_at": _at(0 if name == "n" else 1, 12), "channel": "phone", "outcome": outcome,
            }  # fmt: skip
    # Alerts of a withdrawal unit, which is a Part 2 provider, matched by Medicaid id.
    for kind, days_ago in (("admit", 3), ("discharge", 1)):
        yield "adt", "event", {
            "event_id": f"{key}-{kind}", "sending_facility_id": "9100000006", "facility_type": "detox",
            "facility_name": "Sampleville Withdrawal Unit", "visit_number": key, "event_type": kind,
            "patient_class": "inpatient", "event_at": f"{_at(days_ago)}-04:00", "source_patient_id": key,
            "medicaid_id": client["medicaid_id"], "first_name": client["first_name"],
            "last_name": client["last_name"], "birth_date": client["birth_date"], "sex": client["sex"],
            "discharge_disposition_code": "01" if kind == "discharge" else "", "diagnosis_code": "F11.23",
            "received_at": f"{_at(days_ago, 11)}-04:00",
        }  # fmt: skip


def _consents(clients: list[str]) -> Iterable[tuple[str, str, Row]]:
    """Yield consents that permit nothing: expired, for another purpose or program."""
    none = {"recipient_type": "any_treating", "purpose": "tpo", "scope": "all_records"}
    for number, changed in enumerate((
        {"end_date": "2026-06-29"},
        {"revoked_at": _at(2)},
        {"purpose": "payment"},
        {"purpose": "operations"},
        {"scope": "part2_counseling_notes"},
        {"program_id": "recovery"},
        {"start_date": "2026-07-01"},
        {"recipient_type": "staff", "recipient_id": "th-0001"},
    )):  # fmt: skip
        row = {"consent_id": f"{PROGRAM}-{number}", "client_id": clients[number % len(clients)]}
        yield "ehr", "consent", none | row | {"start_date": "2026-01-01"} | changed


def _write(landing: Path, rows: Iterable[tuple[str, str, Row]]) -> None:
    """Add rows to each sender's last delivery, so that its freshness does not change."""
    tables: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for source, table, row in rows:
        tables[source, table].append(row)
    for (source, table), found in tables.items():
        folder = max(path for path in (landing / source).iterdir() if path.is_dir())
        names = list(dict.fromkeys(name for row in found for name in row))
        with (folder / f"{table}_{PROGRAM}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names, restval="")
            writer.writeheader()
            writer.writerows(found)


@dataclass(frozen=True)
class Pair:
    """Data folders of the agency without and with the Part 2 records."""

    without: Path
    protected: Path
    clients: int

    def outreach(self, data: Path) -> dict[str, bytes]:
        folder = (data / "published" / "current").resolve() / "outreach"
        return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def pair(small: SmallAgency, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    folder = tmp_path_factory.mktemp("pair")
    landing = folder / "landing"
    shutil.copytree(small.landing_before, landing)
    landed = Landed(landing)
    records = {row["client_id"]: row for row in landed.of("ehr", "client")}
    managers = _protected_clients(landed)
    rows: list[tuple[str, str, Row]] = [
        ("ehr", "program", {
            "program_id": PROGRAM, "program_name": "River", "service_line": "moud", "is_part2": "true",
            "expected_visit_interval_days": "7",
        }),
        *_consents(list(managers)),
    ]  # fmt: skip
    for client, manager in managers.items():
        free_from = _first_free_day(landed, client, manager)
        rows += _protected_rows(records[client], manager, free_from)
    _write(landing, rows)
    forked.run(landing, folder / "data", AS_OF)
    return Pair(small.data, folder / "data", len(managers))


def _count(data: Path, query: str) -> int:
    with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as connection:
        counted = connection.execute(query).fetchone()
    assert counted is not None
    return int(counted[0])


@pytest.mark.parametrize(
    "table",
    ["appointment", "visit", "screening", "referral", "contact", "document", "medication", "diagnosis", "stay"],
)  # fmt: skip
def test_protected_records_of_every_kind_are_in_the_warehouse(pair: Pair, table: str) -> None:
    query = f"select count(*) from marts.fct_{table} where is_part2 and client_key is not null"
    assert _count(pair.protected, query) > _count(pair.without, query)


def test_protected_records_change_the_score_that_counts_them(pair: Pair) -> None:
    query = (
        "select count(*) from marts.mart_client_risk where risk_score <> risk_score_without_part2"
    )
    assert _count(pair.protected, query) >= pair.clients // 2
    scopes = "select count(distinct consent_status) from intermediate.int_client__recipient_view"
    assert _count(pair.protected, scopes) > 3


def test_protected_records_change_no_outreach_list(pair: Pair) -> None:
    before, after = pair.outreach(pair.without), pair.outreach(pair.protected)
    name = "outreach_list.csv"
    assert after[name].splitlines() == before[name].splitlines()
    assert after == before
    assert len(before) > 3
