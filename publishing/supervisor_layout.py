"""Sheets of the supervisor's workbook: which rows they select, their columns and drop-downs.

A column with a feed name is read when the workbook comes back; a hidden row of these names is
above the visible header (rules/returned-workbooks.md#decisions).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

CLOSE = ("Close", "Keep open")
CONFIRM = ("Yes", "No")
IDENTITY = ("Same", "Different", "Cannot tell")


@dataclass(frozen=True)
class Column:
    """A column of a sheet.

    Attributes:
        title: visible header.
        value: column of the query; None for a cell to fill in.
        width: in characters.
        feed: name in the feed, or None if it is not read back.
        style: name of a cell style.
        hidden: in the file but not visible.
        choices: values of the drop-down; `care_managers` and `candidates` depend on the data.
    """

    title: str
    value: str | None
    width: float
    feed: str | None = None
    style: str = "text"
    hidden: bool = False
    choices: tuple[str, ...] | str = ()


@dataclass(frozen=True)
class Sheet:
    """A sheet: one row per row of `query`.

    Attributes:
        name: its name.
        hint: what to do, above the header.
        query: SQL with the parameter `$zone`.
        columns: in order.
        team: column of the query with the team that sees a row; None shows all rows to all teams.
        compared: pairs of value columns that are marked where they differ.
        summary: text in the title about the rows, instead of their number.
    """

    name: str
    hint: str
    query: str
    columns: tuple[Column, ...]
    team: str | None = None
    compared: tuple[tuple[str, str], ...] = ()
    summary: Callable[[Sequence[Mapping[str, Any]]], str] | None = None


def _account_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """All clients, and how many of them are on a list and not."""
    total = sum(row["client_count"] for row in rows)
    listed = sum(row["client_count"] for row in rows if row["is_listed"])
    return f"{total} clients: {listed} on lists, {total - listed} not"


_DECIDED = (
    Column("Decided by", "decided_by", 14, "decided_by", "entry"),
    Column("Decided on", "decided_at", 17, "decided_at", "entry_time"),
)
_PERSON_KEYS = (
    Column("Sender", "source", 12, "source", "key"),
    Column("Facility or data source", "source_scope", 16, "source_scope", "key"),
    Column("Sender's id", "source_client_id", 16, "source_client_id", "key"),
)
_FIELDS = ("name", "birth_date", "sex", "phone", "address", "zip_code")
_WORDS = {
    "name": "Name", "birth_date": "Born", "sex": "Sex", "phone": "Phone", "address": "Address",
    "zip_code": "ZIP",
}  # fmt: skip
_WIDTHS = {"name": 24, "birth_date": 12, "sex": 8, "phone": 14, "address": 24, "zip_code": 8}
_DATES = {"birth_date": "date"}

ACCOUNT = Sheet(
    "All clients",
    "Every client of the team, and every client without a team, is counted once. Records of Part 2 programs do not count.",
    """
    select team, coalesce(team, 'Without a team') as team_name, client_count,
        case list_status
            when 'on_list' then 'On a list'
            when 'no_open_task' then 'Not on a list: no open task'
            when 'old_referral_waits' then 'Not on a list: an old referral that waits'
            when 'snoozed' then 'Not on a list: snoozed'
            when 'paused' then 'Not on a list: paused'
        end as status_name,
        list_status = 'on_list' as is_listed
    from exports.export_supervisor_account
    order by team nulls last, is_listed desc, list_status
    """,
    (
        Column("Team", "team_name", 26, style="name"),
        Column("Status", "status_name", 42),
        Column("Clients", "client_count", 9),
    ),
    team="team",
    summary=_account_text,
)
TEAM = Sheet(
    "Team",
    "One row per care manager: clients on today's list by group, and how many of them are late (past due). A safety, "
    "B 24-hour call, C 7-day visit, D missed appointment, E referral, review, going quiet, F old referral, G paperwork. "
    "Records of Part 2 programs do not count.",
    """
    select *, cast(timezone($zone, last_return_at) as date) as last_return_on
    from exports.export_supervisor_staff
    order by staff_name, staff_id
    """,
    (
        Column("Care manager", "staff_name", 26, style="name"),
        Column("Staff id", "staff_id", 12),
        Column("Clients", "client_count", 9),
        Column("Units", "load_units", 8),
        Column("of", "capacity_units", 7),
        Column("On today's list", "listed_count", 9),
        *(
            Column(title, f"group_{letter.lower()}_{count}", 6)
            for letter in "ABCDEFG"
            for title, count in ((letter, "count"), (f"{letter} late", "late_count"))
        ),
        Column("Away until", "away_until_date", 12, style="date"),
        Column("Cover", "cover_name", 22),
        Column("Last return", "last_return_on", 13, style="date"),
        Column("Rows sent", "sent_count", 9),
        Column("Sent back", "look_count", 9),
    ),
    team="team",
)
_CLIENT = (
    Column("Client name", "client_name", 26, style="name"),
    Column("Born", "birth_date", 12, style="date"),
    Column("Client id", "client_id", 12),
    Column("On the list of", "list_name", 24),
)
LATE = Sheet(
    "Late A and B",
    "Safety rows and 24-hour calls past due. Records of Part 2 programs are not shown.",
    """
    select *, timezone($zone, due_at) as due_local,
        coalesce(recipient_name, recipient_staff_id, 'Unassigned') as list_name
    from exports.export_supervisor_task
    where problem = 'late'
    order by worklist_group, due_at, client_id, task_key
    """,
    (
        *_CLIENT,
        Column("For (away)", "covering_for_name", 22),
        Column("Group", "worklist_group", 7),
        Column("Reason", "lane_name", 30),
        Column("Was due", "due_local", 21, style="time"),
        Column("Hours late", "overdue_hours", 9),
    ),
    team="team",
)
UNREACHED = Sheet(
    "Unable to reach",
    "Tried three times or more on two channels in 14 days, without an answer.",
    """
    select *, coalesce(recipient_name, recipient_staff_id, 'Unassigned') as list_name
    from exports.export_supervisor_unreached
    order by client_name, client_id
    """,
    (*_CLIENT, Column("Tries and next step", "unable_to_reach", 50)),
    team="team",
)
EXPIRED = Sheet(
    "Expired",
    "Tasks that passed their time limit in the last 24 hours, without a contact with the client.",
    """
    select *, timezone($zone, opened_at) as opened_local, timezone($zone, due_at) as due_local,
        timezone($zone, expired_at) as expired_local,
        coalesce(recipient_name, recipient_staff_id, 'Unassigned') as list_name
    from exports.export_supervisor_task
    where problem = 'expired'
    order by expired_at, client_id, task_key
    """,
    (
        *_CLIENT,
        Column("Reason", "lane_name", 30),
        Column("Since", "opened_local", 21, style="time"),
        Column("Was due", "due_local", 21, style="time"),
        Column("Expired", "expired_local", 21, style="time"),
    ),
    team="team",
)
UNASSIGNED = Sheet(
    "Unassigned",
    "Choose a care manager. The choice is the assignment until the record system sends its own.",
    """
    select *, coalesce(suggested_staff_name || ' · ', '') || suggested_staff_id as suggestion
    from exports.export_supervisor_unassigned
    order by client_name, client_id
    """,
    (
        Column("Client name", "client_name", 26, style="name"),
        Column("Born", "birth_date", 12, style="date"),
        Column("Site", "site_id", 12),
        Column("Client id", "client_id", 12, "client_id", "key"),
        Column("Suggested", "suggestion", 30),
        Column("Because", "suggested_by", 36),
        Column("Assign to", None, 34, "assigned_staff_id", "entry", choices="care_managers"),
        *_DECIDED,
    ),
)
PASSES = Sheet(
    "Passes requested",
    "Care managers ask to pass these clients to a colleague. Choose who takes the client; to refuse, choose the present care manager.",
    """
    select *, coalesce(staff_name, staff_id) as asked_by,
        coalesce(pass_to_name || ' · ', '') || pass_to_staff_id as wanted
    from exports.export_supervisor_pass
    order by requested_date, client_name, client_id
    """,
    (
        Column("Client name", "client_name", 26, style="name"),
        Column("Born", "birth_date", 12, style="date"),
        Column("Client id", "client_id", 12, "client_id", "key"),
        Column("Asked by", "asked_by", 24),
        Column("Asked on", "requested_date", 12, style="date"),
        Column("Wants to pass to", "wanted", 30),
        Column("Why", "pass_reason", 40),
        Column("Assign to", None, 34, "assigned_staff_id", "entry", choices="care_managers"),
        *_DECIDED,
    ),
    team="team",
)
CONFIRMATIONS = Sheet(
    "Deaths and moves",
    "Confirm or deny each report. Until then the client is off the list for a few days only.",
    """
    select report.*, timezone($zone, reported_at) as reported_local, staff.team,
        case kind when 'deceased' then 'Has died' else 'Moved away' end as report
    from exports.export_supervisor_report as report
    left join exports.export_supervisor_staff as staff on report.care_manager_id = staff.staff_id
    order by reported_at, client_id, kind
    """,
    (
        Column("Client name", "client_name", 26, style="name"),
        Column("Born", "birth_date", 12, style="date"),
        Column("Care manager id", "care_manager_id", 14),
        Column("Reported", "report", 14, "kind", "key"),
        Column("Reported by", "reported_by", 13),
        Column("Reported at", "reported_local", 21, style="time"),
        Column("Client id", "client_id", 12, "client_id", "key"),
        Column("Is it right?", None, 12, "confirmation_answer", "entry", choices=CONFIRM),
        *_DECIDED,
    ),
    team="team",
)
REFERRALS = Sheet(
    "Old referrals",
    "Close what is over. A referral that is kept open stays on this sheet.",
    """
    select referral.*, timezone($zone, last_status_at) as last_status_local, staff.team,
        replace(referral.domain, '_', ' ') as domain_words,
        replace(referral.status, '_', ' ') as status_words
    from exports.export_supervisor_referral as referral
    left join exports.export_supervisor_staff as staff on referral.care_manager_id = staff.staff_id
    order by last_status_at, referral_id
    """,
    (
        Column("Client name", "client_name", 26, style="name"),
        Column("Care manager id", "care_manager_id", 14),
        Column("For", "domain_words", 20),
        Column("Referred to", "referred_to", 26),
        Column("Status", "status_words", 16),
        Column("Since", "last_status_local", 13, style="date"),
        Column("Client id", "client_id", 12, "client_id", "key"),
        Column("Referral id", "referral_id", 14, "referral_id", "key"),
        Column("Close or keep", None, 13, "referral_answer", "entry", choices=CLOSE),
        *_DECIDED,
    ),
    team="team",
)
DISCHARGES = Sheet(
    "Unmatched discharges",
    "Each is a missed 24-hour call. Choose the client, or enter a client id; leave it empty if the patient is not ours.",
    """
    select *, timezone($zone, discharged_at) as discharged_local,
        timezone($zone, due_at) as due_local
    from exports.export_supervisor_discharge
    order by due_at, unmatched_discharge_key
    """,
    (
        Column("Patient", "person_name", 24, style="name"),
        Column("Born", "birth_date", 12, style="date"),
        Column("Hospital or facility", "facility_name", 26),
        Column("Setting", "setting", 13),
        Column("Visit", "visit_number", 14),
        Column("Discharged", "discharged_local", 21, style="time"),
        Column("Call due", "due_local", 21, style="time"),
        Column("Possible clients", "candidates", 34),
        *_PERSON_KEYS,
        Column("This is", None, 30, "chosen_client_id", "entry", choices="candidates"),
        *_DECIDED,
    ),
)
IDENTITY_REVIEW = Sheet(
    "Identity review",
    "Is the sender's person this client? Differing cells are marked.",
    """
    select *, replace(reason_code, '_', ' ') as reason_words
    from exports.export_supervisor_pair
    order by all
    """,
    (
        *(
            Column(f"{who}: {_WORDS[name]}", f"{side}_{name}", _WIDTHS[name], style=_DATES.get(name, "text"))
            for name in _FIELDS
            for who, side in (("Sender", "person"), ("Ours", "client"))
        ),
        Column("Why", "reason_words", 20),
        *_PERSON_KEYS,
        Column("Client id", "client_id", 12, "client_id", "key"),
        Column("Same or different?", None, 14, "decision", "entry", choices=IDENTITY),
        *_DECIDED,
    ),
    compared=tuple((f"person_{name}", f"client_{name}") for name in _FIELDS),
)  # fmt: skip
SHEETS = (
    ACCOUNT,
    TEAM,
    LATE,
    UNASSIGNED,
    PASSES,
    CONFIRMATIONS,
    UNREACHED,
    EXPIRED,
    REFERRALS,
    DISCHARGES,
    IDENTITY_REVIEW,
)
