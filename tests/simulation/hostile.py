"""Rows that no generated agency has: everyone at risk at once, ties, limits, texts meant for a spreadsheet."""

from __future__ import annotations

import csv
import random
from datetime import datetime, timedelta
from pathlib import Path

_ALERT = {
    "sending_facility_id": "9100000000", "facility_name": "Exampleton General Hospital",
    "facility_type": "psychiatric_hospital", "patient_class": "inpatient", "diagnosis_code": "F33.2",
    "discharge_disposition_code": "01", "admitted_from": "home",
}  # fmt: skip
_COPIED = ("medicaid_id", "first_name", "last_name", "birth_date", "sex")


def add_hostile_rows(landing: Path, as_of: datetime, seed: int) -> None:
    """Deliver hostile rows on the day of `as_of` (local time).

    A third of the clients has a high-risk answer, a third leaves a psychiatric hospital (at
    midnight, without a time, twice, a moment before as_of), everyone is snoozed as long as possible,
    no care manager has a minute left, and three clients are equal in everything but the id.
    """
    draw = random.Random(f"hostile {seed}")
    day = f"{as_of:%Y-%m-%d}"
    clients = _clients(landing, day)
    midnight = as_of.replace(hour=0, minute=0, second=0, microsecond=0)
    answers, alerts, contacts, staff = [], [], [], []
    for number, client in enumerate(clients):
        client_id = client["client_id"]
        if draw.random() < 0.34:
            at = as_of - timedelta(minutes=draw.choice((0, 1, 60 * 24 * 3)))
            answers += [
                {"response_id": f"x{number}", "client_id": client_id, "instrument": "phq9",
                 "administered_at": _local(at), "item_number": 9, "item_value": draw.choice((1, 3)),
                 "status": "in_progress"},
                {"response_id": f"y{number}", "client_id": client_id, "instrument": "phq9",
                 "administered_at": _local(at), "total_score": draw.choice((0, 27)), "status": "completed"},
            ]  # fmt: skip
        if draw.random() < 0.34:
            left = draw.choice((midnight, midnight - timedelta(seconds=1), as_of, as_of - timedelta(days=4), as_of - timedelta(days=8)))  # fmt: skip
            came = left - timedelta(days=draw.choice((0, 3, 40)))
            who = {name: client[name] for name in _COPIED} | _ALERT
            for kind, at in (("admit", came), ("discharge", left), ("discharge", left)):
                alerts.append(
                    who | {"event_id": f"h{len(alerts)}", "visit_number": f"hv{number}", "event_type": kind,
                           "event_at": _instant(at), "source_patient_id": f"hp{number}",
                           "received_at": _instant(min(at + timedelta(minutes=1), as_of))}
                )  # fmt: skip
        contacts.append(
            {"contact_id": f"h{number}", "client_id": client_id, "staff_id": "cm-0001",
             "contacted_at": _local(as_of - timedelta(minutes=draw.choice((0, 5, 60 * 48)))),
             "channel": "phone", "outcome": draw.choice(("no_answer", "left_message", "wrong_number", "reached", "moved")),
             "next_follow_up_date": f"{as_of + timedelta(days=draw.choice((0, 1, 13, 14, 15, 400))):%Y-%m-%d}"}
        )  # fmt: skip
    for name in ("=1+1", "@SUM(A1)", "'; drop table marts.fct_task; --"):
        staff.append({"staff_id": "cm-0001", "staff_name": name, "role": "care_manager", "shift_minutes": 0})  # fmt: skip
    twins = [
        client | {"client_id": f"TWIN{n}", "medicaid_id": "", "medicare_id": "", "ssn_last4": "", "first_name": "=HYPERLINK(1)"}
        for client in clients[:1] for n in range(3)
    ]  # fmt: skip
    contacts += [
        {"contact_id": f"t{n}", "client_id": f"TWIN{n}", "staff_id": "cm-0001",
         "contacted_at": _local(as_of - timedelta(days=20)), "channel": "phone", "outcome": "reached"}
        for n in range(3)
    ]  # fmt: skip
    for source, table, rows in (
        ("screenings", "response", answers), ("adt", "event", alerts), ("outreach_log", "contact", contacts),
        ("ehr", "staff", staff), ("ehr", "client", twins),
    ):  # fmt: skip
        if rows:
            _write(landing / source / day / f"{table}_hostile.csv", rows)


def _clients(landing: Path, day: str) -> list[dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for path in sorted((landing / "ehr").glob("*/client_*.csv")):
        if path.parent.name <= day:
            with path.open(encoding="utf-8", newline="") as file:
                found |= {row["client_id"]: row for row in csv.DictReader(file)}
    return [row for row in found.values() if not row["merged_into_client_id"]]


def _local(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}"


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _write(path: Path, rows: list[dict[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    names = dict.fromkeys(name for row in rows for name in row)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(names), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
