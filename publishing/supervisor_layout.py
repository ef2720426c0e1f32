"""Sheets of the supervisor's workbook: which rows they select, their columns and drop-downs.

A column with a feed name is read when the workbook comes back; a hidden row of these names is
above the visible header (rules/returned-workbooks.md#decisions).
"""

from __future__ import annotations

from dataclasses import dataclass

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
    """

    name: str
    hint: str
    query: str
    columns: tuple[Column, ...]
    team: str | None = None
    compared: tuple[tuple[str, str], ...] = ()


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

TEAM = Sheet(
    "Team",
    "One row per care manager of the team.",
    """
    select staff.*, cast(timezone($zone, last_return_at) as date) as last_return_on,
        count(listed.client_id) as listed_count,
        count(listed.client_id) filter (listed.lane <= 1 and listed.overdue_hours > 0) as late_count
    from exports.export_supervisor_staff as staff
    left join exports.export_outreach as listed on staff.staff_id = listed.care_manager_id
    group by all
    order by staff_name, staff_id
    """,
    (
        Column("Care manager", "staff_name", 26, style="name"),
        Column("Staff id", "staff_id", 12),
        Column("Clients", "client_count", 9),
        Column("Units", "load_units", 8),
        Column("of", "capacity_units", 7),
        Column("On today's list", "listed_count", 12),
        Column("Late: safety and 24-hour calls", "late_count", 15),
        Column("Last return", "last_return_on", 13, style="date"),
        Column("Rows sent", "sent_count", 9),
        Column("Need a look", "look_count", 9),
    ),
    team="team",
)
UNASSIGNED = Sheet(
    "Unassigned",
    "Choose a care manager. The choice is the assignment until the record system sends its own.",
    "select * from exports.export_supervisor_unassigned order by client_name, client_id",
    (
        Column("Client name", "client_name", 26, style="name"),
        Column("Born", "birth_date", 12, style="date"),
        Column("Site", "site_id", 12),
        Column("Client id", "client_id", 12, "client_id", "key"),
        Column("Assign to", None, 34, "assigned_staff_id", "entry", choices="care_managers"),
        *_DECIDED,
    ),
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
        Column("Reported at", "reported_local", 17, style="time"),
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
    select referral.*, timezone($zone, last_status_at) as last_status_local, staff.team
    from exports.export_supervisor_referral as referral
    left join exports.export_supervisor_staff as staff on referral.care_manager_id = staff.staff_id
    order by last_status_at, referral_id
    """,
    (
        Column("Client name", "client_name", 26, style="name"),
        Column("Care manager id", "care_manager_id", 14),
        Column("For", "domain", 20),
        Column("Referred to", "referred_to", 26),
        Column("Status", "status", 14),
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
        Column("Discharged", "discharged_local", 17, style="time"),
        Column("Call due", "due_local", 17, style="time"),
        Column("Possible clients", "candidates", 34),
        *_PERSON_KEYS,
        Column("This is", None, 30, "chosen_client_id", "entry", choices="candidates"),
        *_DECIDED,
    ),
)
IDENTITY_REVIEW = Sheet(
    "Identity review",
    "Is the sender's person this client? Differing cells are marked.",
    "select * from exports.export_supervisor_pair order by all",
    (
        *(
            Column(f"{who}: {_WORDS[name]}", f"{side}_{name}", _WIDTHS[name], style=_DATES.get(name, "text"))
            for name in _FIELDS
            for who, side in (("Sender", "person"), ("Ours", "client"))
        ),
        Column("Why", "reason_code", 18),
        *_PERSON_KEYS,
        Column("Client id", "client_id", 12, "client_id", "key"),
        Column("Same or different?", None, 14, "decision", "entry", choices=IDENTITY),
        *_DECIDED,
    ),
    compared=tuple((f"person_{name}", f"client_{name}") for name in _FIELDS),
)  # fmt: skip
SHEETS = (TEAM, CONFIRMATIONS, DISCHARGES, IDENTITY_REVIEW, UNASSIGNED, REFERRALS)
