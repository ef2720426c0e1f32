"""Landing rows of two agencies that differ in protected records only.

Both agencies have the rows of `shared_rows`; the second one also has `protected_rows`: every kind of
Part 2 record and labelled messages, for clients whose recipient has no consent that covers them.

Longer than the size budget: protected and shared rows describe the same clients, visit by visit.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from sources.contract import load_contracts
from tests.orchestration.conftest import AS_OF

TODAY = date.fromisoformat(AS_OF)
PROGRAM, OTHER_PROGRAM = "river", "brook"
LAST_SHARED_CONTACT = 4  # days ago; protected enrollments begin later
HOSPITAL, HOSPITAL_ID, UNIT_ID = "Exampleton General Hospital", "9100000000", "9100000006"
_NO_PROGRAM_IS_NEEDED = {"client", "assignment", "consent"}
_AGENCY = ("ehr", "screenings", "referrals", "outreach_log")
Row = dict[str, str]
Landing = tuple[str, str, Row]


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

    def protected_clients(self) -> dict[str, str]:
        """Map clients to care managers, for clients without a consent or a Part 2 enrollment."""
        programs = self.of("ehr", "program")
        part2 = {row["program_id"] for row in programs if row["is_part2"] == "true"}
        permitted = {row["client_id"] for row in self.of("ehr", "consent")} | {
            row["client_id"]
            for row in self.of("ehr", "program_enrollment")
            if row["program_id"] in part2
        }
        managers = {
            row["client_id"]: row["staff_id"]
            for row in self.of("ehr", "assignment")
            if row["role"] == "care_manager" and not row["end_date"]
        }
        return {
            client: staff for client, staff in sorted(managers.items()) if client not in permitted
        }

    def away(self) -> set[str]:
        """Staff who are on leave today."""
        return {
            row["staff_id"]
            for row in self.of("ehr", "staff_leave")
            if row["start_date"] <= AS_OF <= row["end_date"]
        }

    def first_free_day(self, client: str, manager: str) -> date:
        """Return the day after the client's last record without a program.

        An enrollment that starts on that day does not make earlier records Part 2 records. Contacts
        of the recipient are none at any time.
        """
        days = []
        for (source, table), rows in self.rows.items():
            if source not in _AGENCY or table in _NO_PROGRAM_IS_NEEDED:
                continue
            for row in rows:
                if row.get("client_id") != client or row.get("program_id"):
                    continue
                if row.get("staff_id") == manager and manager not in self.away():
                    continue
                days += [
                    date.fromisoformat(value[:10])
                    for name, value in row.items()
                    if value and name.endswith(("_at", "_date"))
                ]
        return max(days, default=date(2020, 1, 1)) + timedelta(days=1)


@dataclass(frozen=True)
class Client:
    """A client without a consent that covers a recipient.

    Attributes:
        number: order of the client; it decides which special case the client is.
        member: the payer's row of the client; None without eligibility.
    """

    number: int
    row: Row
    manager: str
    free_from: date
    member: Row | None

    @property
    def id(self) -> str:
        return self.row["client_id"]

    @property
    def identity(self) -> Row:
        names = ("medicaid_id", "first_name", "last_name", "birth_date", "sex")
        return {name: self.row[name] for name in names}


@dataclass(frozen=True)
class Leave:
    """The owner who is on leave and the cover, who is the recipient of the owner's rows."""

    absent: str
    cover: str


def clients(landed: Landed) -> list[Client]:
    """The clients who get protected records."""
    records = {row["client_id"]: row for row in landed.of("ehr", "client")}
    members = {row["member_id"]: row for row in landed.of("claims", "eligibility")}
    return [
        Client(
            number, records[client], manager,
            max(landed.first_free_day(client, manager), TODAY - timedelta(days=LAST_SHARED_CONTACT - 1)),
            members.get(records[client]["medicaid_id"]),
        )
        for number, (client, manager) in enumerate(landed.protected_clients().items())
    ]  # fmt: skip


def leave(landed: Landed, found: list[Client]) -> Leave:
    """Choose who is on leave and who covers: care managers already away first, and one who is here."""
    managers = [client.manager for client in found]
    absent = next((staff for staff in managers if staff in landed.away()), managers[0])
    cover = next(
        row["staff_id"]
        for row in landed.of("ehr", "staff")
        if row["role"] == "care_manager" and row["staff_id"] not in landed.away() | {absent}
    )
    return Leave(absent, cover)


def shared_rows(found: list[Client], absence: Leave) -> Iterator[Landing]:
    """Yield rows of both agencies: a leave, contacts, and hospital records that are no Part 2 records."""
    yield "ehr", "staff_leave", {
        "staff_id": absence.absent, "start_date": _day(2), "end_date": _day(-5), "cover_staff_id": absence.cover,
    }  # fmt: skip
    for client in found:
        # unable to reach, a snooze, a reported death
        calls = {
            0: [(6, "phone", "no_answer", ""), (5, "text", "left_message", ""), (4, "phone", "no_answer", "")],
            1: [(4, "phone", "no_answer", _day(-2))],
            3: [(4, "phone", "deceased", "")],
        }  # fmt: skip
        for days_ago, channel, outcome, follow_up in calls.get(client.number % 4, []):
            yield "outreach_log", "contact", {
                "contact_id": f"plain-{client.id}-{days_ago}", "client_id": client.id, "staff_id": client.manager,
                "contacted_at": _at(days_ago, 9), "channel": channel, "outcome": outcome,
                "next_follow_up_date": follow_up,
            }  # fmt: skip
        if not client.row["medicaid_id"]:
            continue
        if _is_billed(client):
            yield _claim(client, "plain", HOSPITAL_ID, "F33.2", 4, 2)
        else:
            yield from _alerts(client, "plain", HOSPITAL_ID, HOSPITAL, "F33.2", (4, 10), (2, 10))


def protected_rows(found: list[Client], absence: Leave) -> Iterator[Landing]:
    """Yield the protected records of the second agency."""
    for program in (PROGRAM, OTHER_PROGRAM):
        yield "ehr", "program", {
            "program_id": program, "program_name": program.title(), "service_line": "moud", "is_part2": "true",
            "expected_visit_interval_days": "7",
        }  # fmt: skip
    yield from _consents(found, absence)
    for client in found:
        yield from _agency_rows(client)
        if client.row["medicaid_id"]:
            yield from _outside_rows(client)


def shared_messages(found: list[Client]) -> str:
    """HL7 v2 messages of both agencies: a visit of an ordinary hospital, without a label."""
    return "\r".join(
        line
        for client in found
        if client.row["medicaid_id"] and client.number % 3 == 0
        for trigger, days_ago in (("A01", 9), ("A03", 8))
        for line in _message(client, "plain", trigger, days_ago, [])
    )


def protected_messages(found: list[Client]) -> str:
    """HL7 v2 messages of the second agency: visits of the same hospital that it labels."""
    labels = (
        "ARV|1|A|ETH",
        "ARV|1|A|PSY^Psychiatric^HL70717",
        "CON|1|079" + "|" * 9 + "A",
        "ARV|1|A|ALL",
    )
    return "\r".join(
        line
        for client in found
        if client.row["medicaid_id"]
        for trigger, days_ago in (("A01", 2), ("A03", 1))
        # the label of one message protects the visit
        for line in _message(
            client, PROGRAM, trigger, days_ago,
            [labels[client.number % len(labels)]] if trigger == "A03" else [],
        )
    )  # fmt: skip


def _is_billed(client: Client) -> bool:
    """Whether a claim, not the hospital's alerts, reports the client's ordinary stay."""
    return client.member is not None and client.number % 2 == 1


def _day(days_ago: int) -> str:
    return str(TODAY - timedelta(days=days_ago))


def _at(days_ago: int, hour: int = 10) -> str:
    return f"{_day(days_ago)}T{hour:02}:00:00"


def _agency_rows(client: Client) -> Iterator[Landing]:
    """Yield every kind of Part 2 record of the agency; each would change the client's row."""
    key, manager = f"{PROGRAM}-{client.id}", client.manager
    person = {"client_id": client.id}
    own = person | {"program_id": PROGRAM}
    start = min(max(client.free_from, date(2020, 1, 1)), TODAY)
    yield "ehr", "program_enrollment", own | {"enrollment_id": key, "start_date": str(start)}
    if client.number % 4 == 2:
        yield "ehr", "program_enrollment", person | {
            "program_id": OTHER_PROGRAM, "enrollment_id": f"{key}-2", "start_date": str(start),
        }  # fmt: skip
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
    for name, days_ago, line, code in (
        ("a", 1, "therapy", "F11.20"),
        ("b", 9, "psychiatry", "F11.20"),
        ("harm", 2, "therapy", "T14.91XA"),
    ):
        yield "ehr", "visit", own | {
            "visit_id": f"{key}-{name}", "started_at": _at(days_ago), "ended_at": _at(days_ago, 11),
            "service_line": line, "provider_id": manager, "diagnosis_code_1": code,
            "is_crisis": str(name == "b").lower(), "is_deleted": "false",
        }  # fmt: skip
    for name, code in (("opioid", "F11.20"), ("psychosis", "F20.9")):
        yield "ehr", "diagnosis", own | {
            "diagnosis_id": f"{key}-{name}", "code_system": "icd10cm", "code": code, "onset_date": "2026-05-01",
            "verification_status": "confirmed", "recorded_at": _at(30), "is_primary": "true",
        }  # fmt: skip
    yield "ehr", "medication", own | {
        "medication_id": key, "code_system": "rxnorm", "code": "1010600", "medication_class": "moud",
        "start_date": "2026-05-01", "is_long_acting_injectable": "true", "next_due_date": "2026-06-20",
    }  # fmt: skip
    yield "ehr", "treatment_plan", own | {
        "plan_id": key, "start_date": "2026-01-01", "next_review_date": "2026-06-01", "status": "active",
    }  # fmt: skip
    yield "ehr", "treatment_plan_service", {
        "plan_id": key, "service_line": "therapy", "goal_id": "1", "interval_days": "3",
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
    # rows without a program are Part 2 records from the enrollment on
    if start > TODAY - timedelta(days=1):
        return
    reports = (("m", 0, "moved"),) if client.number % 4 == 1 else ()
    for name, days_ago, outcome in (
        ("r", 1, "reached"),
        ("n", 0, "no_answer"),
        ("w", 0, "wrong_number"),
        *reports,
    ):
        yield "outreach_log", "contact", person | {
            "contact_id": f"{key}-{name}", "staff_id": "th-0001", "contacted_at": _at(days_ago, 12), "channel": "phone",
            "outcome": outcome, "next_follow_up_date": _day(-6) if name == "n" else "",
        }  # fmt: skip
    yield "ehr", "authorization", person | {
        "authorization_id": key, "payer": "Medicaid", "service_line": "moud", "start_date": _day(1), "end_date": _day(-9),
    }  # fmt: skip
    yield "ehr", "intake", person | {
        "intake_id": key, "first_contact_at": _at(1, 8), "urgency": "crisis",
    }  # fmt: skip


def _outside_rows(client: Client) -> Iterator[Landing]:
    """Yield Part 2 records of payers and hospitals, some of them of the client's ordinary stay."""
    unit = "Sampleville Withdrawal Unit"
    yield from _alerts(client, f"{PROGRAM}-own", UNIT_ID, unit, "F11.23", (20, 10), (12, 10))
    if _is_billed(client):
        # the ordinary claim's stay, with another time of discharge
        yield from _alerts(client, f"{PROGRAM}-unit", UNIT_ID, unit, "F11.23", (4, 9), (2, 16))
    elif client.member is not None:
        yield _claim(client, PROGRAM, UNIT_ID, "F11.23", 4, 2)
    # an admission that waits for a match decision, because the birth date is another
    yield "adt", "event", client.identity | {
        "event_id": f"{PROGRAM}-{client.id}-unmatched", "sending_facility_id": UNIT_ID, "facility_type": "detox",
        "facility_name": unit, "event_type": "admit", "patient_class": "inpatient", "birth_date": "1950-01-02",
        "visit_number": f"{PROGRAM}-{client.id}-unmatched", "event_at": f"{_at(1, 7)}-04:00",
        "source_patient_id": f"{PROGRAM}-unmatched-{client.id}", "diagnosis_code": "F11.20",
        "received_at": f"{_at(1, 8)}-04:00",
    }  # fmt: skip
    # an alert that gives only the unit's name
    yield "adt", "event", client.identity | {
        "event_id": f"{PROGRAM}-{client.id}-named", "sending_facility_id": "HIE-77", "facility_type": "other",
        "facility_name": unit.upper(), "event_type": "presented", "patient_class": "emergency",
        "visit_number": f"{PROGRAM}-{client.id}-named", "event_at": f"{_at(1)}-04:00",
        "source_patient_id": f"{PROGRAM}-named-{client.id}", "diagnosis_code": "T40.1X1A",
        "received_at": f"{_at(1, 11)}-04:00",
    }  # fmt: skip


def _alerts(
    client: Client, name: str, facility: str, facility_name: str, diagnosis: str,
    admitted: tuple[int, int], discharged: tuple[int, int],
) -> Iterator[Landing]:  # fmt: skip
    """Yield the alerts of a stay; times are days ago and hours."""
    for kind, (days_ago, hour) in (("admit", admitted), ("discharge", discharged)):
        yield "adt", "event", client.identity | {
            "event_id": f"{name}-{client.id}-{kind}", "sending_facility_id": facility,
            "facility_type": "acute_hospital" if facility == HOSPITAL_ID else "detox", "facility_name": facility_name,
            "event_type": kind, "visit_number": f"{name}-{client.id}", "patient_class": "inpatient",
            "event_at": f"{_at(days_ago, hour)}-04:00", "source_patient_id": f"{name}-{client.id}",
            "discharge_disposition_code": "01" if kind == "discharge" else "", "diagnosis_code": diagnosis,
            "received_at": f"{_at(days_ago, hour + 1)}-04:00",
        }  # fmt: skip


def _claim(
    client: Client, name: str, facility: str, diagnosis: str, admitted: int, discharged: int
) -> Landing:
    """A claim of an inpatient stay; times are days ago."""
    member = client.member or {}
    start, end = _day(admitted), _day(discharged)
    return "claims", "medical_claim", {
        "claim_id": f"{name}-{client.id}", "claim_type": "institutional", "claim_line_number": "1",
        "claim_start_date": start, "claim_end_date": end, "admission_date": start, "discharge_date": end,
        "discharge_disposition_code": "01", "bill_type_code": "111", "facility_npi": facility, "billing_npi": facility,
        "paid_date": _day(1), "claim_frequency_code": "1", "claim_status": "paid", "revenue_center_code": "0124",
        "paid_amount": "100", "diagnosis_code_type": "icd-10-cm", "diagnosis_code_1": diagnosis,
        "claim_line_start_date": start, "claim_line_end_date": end,
        **{column: member[column] for column in ("person_id", "member_id", "payer", "plan", "data_source")},
    }  # fmt: skip


def _message(
    client: Client, name: str, trigger: str, days_ago: int, labels: list[str]
) -> Iterator[str]:
    """Yield the segments of an HL7 v2 message of a stay in the ordinary hospital."""
    at = f"{_day(days_ago)}T100000".replace("-", "").replace("T", "")
    key, person = f"{name}-hl7-{client.id}", client.identity
    visit = [""] * 46
    visit[0:3] = ["PV1", "1", "I"]
    visit[19], visit[39] = key, HOSPITAL_ID
    visit[44 if trigger == "A01" else 45] = at
    yield (
        rf"MSH|^~\&|ADT|{HOSPITAL_ID}|HIE|AG|{at}||ADT^{trigger}|{key}-{trigger}|P|2.6||||||UNICODE UTF-8"
    )
    yield f"EVN|{trigger}|{at}"
    yield (
        f"PID|1||{key}^^^H^MR~{person['medicaid_id']}^^^NY^MA||{person['last_name']}^{person['first_name']}||"
        f"{person['birth_date'].replace('-', '')}|{person['sex']}"
    )
    yield "|".join(visit)
    yield from labels
    yield "DG1|1||F33.2^^I10C|||A"


def _consents(found: list[Client], absence: Leave) -> Iterator[Landing]:
    """Yield consents that permit nothing to the recipient.

    They are expired, for another purpose, program or person; of one of two programs; or for the
    owner, while the recipient is the cover.
    """
    none = {
        "recipient_type": "any_treating",
        "purpose": "tpo",
        "scope": "all_records",
        "start_date": "2026-01-01",
    }
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
        row = {"consent_id": f"{PROGRAM}-{number}", "client_id": found[number % len(found)].id}
        yield "ehr", "consent", none | row | changed
    for client in found:
        row = {"consent_id": f"{PROGRAM}-{client.id}", "client_id": client.id}
        if client.manager == absence.absent:
            yield "ehr", "consent", none | row | {
                "recipient_type": "staff", "recipient_id": client.manager,
            }  # fmt: skip
        elif client.number % 4 == 2:
            yield "ehr", "consent", none | row | {"program_id": PROGRAM}


def write(landing: Path, rows: Iterable[Landing], name: str) -> None:
    """Add rows to each sender's last delivery, so that its freshness does not change."""
    tables: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for source, table, row in rows:
        tables[source, table].append(row)
    for (source, table), found in tables.items():
        names = list(dict.fromkeys(column for row in found for column in row))
        path = last_delivery(landing, source) / f"{table}_{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names, restval="")
            writer.writeheader()
            writer.writerows(found)


def last_delivery(landing: Path, source: str) -> Path:
    """The folder of a sender's last delivery."""
    return max(path for path in (landing / source).iterdir() if path.is_dir())
