"""Rows of `exports` for the workbooks, one owner at a time.

Each query is read once, ordered by owner, so that only one owner's rows are in memory. Times are
local times of the agency.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

_ROWS_AT_ONCE = 2_000

# A staff member without clients still gets back what could not be read.
OWNERS = """
    with caseload as (
        select care_manager_id, count(*) as client_count
        from exports.export_workbook_client
        group by care_manager_id
    ),

    returned as (
        select distinct staff_id from exports.export_return
        where look_count > 0 or refusal_reason_code is not null
    )

    select
        coalesce(caseload.care_manager_id, returned.staff_id) as owner,
        coalesce(caseload.client_count, 0) as client_count,
        staff.staff_name
    from caseload
    full join returned on caseload.care_manager_id is not distinct from returned.staff_id
    left join exports.export_workbook_staff as staff
        on coalesce(caseload.care_manager_id, returned.staff_id) = staff.staff_id
    order by owner nulls last
"""
GROUPS = """
    select
        care_manager_id, worklist_group, count(*),
        min(part2_notice)
    from exports.export_outreach
    group by all
    order by care_manager_id nulls last, worklist_group
"""
# A colleague's clients are in the workbook of who covers, on Today or not.
COVERS = """
    select
        client.care_manager_id,
        coalesce(staff.staff_name, client.covering_for_staff_id) as covering_for_name,
        client.owner_away_until_date,
        count(listed.client_id) as listed_count
    from exports.export_workbook_client as client
    left join exports.export_outreach as listed on client.client_id = listed.client_id
    left join exports.export_workbook_staff as staff
        on client.covering_for_staff_id = staff.staff_id
    where client.covering_for_staff_id is not null
    group by all
    order by client.care_manager_id nulls last, covering_for_name, client.owner_away_until_date
"""
COLLEAGUES = """
    select staff_name || ' · ' || staff_id
    from exports.export_workbook_staff
    where role = 'care_manager'
    order by staff_name, staff_id
"""
LISTED_CLIENTS = """
    with other_task as (
        select
            client_id,
            string_agg(rtrim(why_now, '.'), '; ' order by lane, due_at, task_key) as other_tasks,
            string_agg(task_type, ';' order by lane, due_at, task_key) as other_task_types
        from exports.export_task
        where not is_primary
        group by client_id
    )

    select
        listed.care_manager_id, listed.rank, listed.client_id, listed.client_name,
        listed.birth_date, listed.age_years, listed.phone, listed.ok_to_leave_message,
        listed.ok_to_text, listed.language, listed.interpreter_needed, listed.lane,
        listed.worklist_group, listed.contact_person, listed.contact_note,
        listed.covering_for_staff_id,
        coalesce(listed.next_step, listed.action_needed) as next_step,
        listed.why_now_1, listed.why_now_2, listed.why_now_3,
        timezone($zone, listed.due_at) as due_at,
        timezone($zone, listed.last_contact_at) as last_contact_at, listed.last_contact_outcome,
        listed.phq9_first, listed.phq9_latest, listed.phq9_latest_date, listed.phq9_item9,
        listed.cssrs_level, listed.safety_plan_on_file, listed.barriers, listed.part2_notice,
        listed.is_spillover, task.task_key, coalesce(task.is_red, false) as is_red,
        case when task.lane in (0, 1, 3) then timezone($zone, task.opened_at) end as event_at,
        other_task.other_tasks, other_task.other_task_types,
        cover.staff_name as covering_for_name,
        client.owner_away_until_date as covering_until_date,
        suggested.staff_name || ' · ' || suggested.staff_id as suggested_owner, client.suggested_by,
        client.program_name,
        client.therapist_name, client.diagnosis_group, client.phone_2, client.phone_2_label, client.struck_phones,
        client.has_serious_mental_illness, client.housing_status, client.cssrs_date,
        client.is_cssrs_current, client.is_item_9_current,
        client.last_contact_channel, client.last_contact_staff_name, client.tries_14d
    from exports.export_outreach as listed
    left join exports.export_task as task
        on listed.client_id = task.client_id and task.is_primary
    left join other_task on listed.client_id = other_task.client_id
    left join exports.export_workbook_client as client on listed.client_id = client.client_id
    left join exports.export_workbook_staff as cover
        on listed.covering_for_staff_id = cover.staff_id
    left join exports.export_workbook_staff as suggested
        on client.suggested_staff_id = suggested.staff_id
    order by listed.care_manager_id nulls last, listed.rank, listed.client_id
"""


CASELOAD_CLIENTS = """
    select
        client.care_manager_id, client.client_id, client.client_name, client.birth_date,
        client.age_years, client.part2_notice, client.tier, client.previous_tier,
        client.program_name, client.weeks_in_treatment, client.therapist_name,
        client.diagnosis_group, client.last_kept_visit_date, client.expected_interval_days,
        timezone($zone, client.next_appointment_at) as next_appointment_at, client.phq9_scores,
        client.safety_plan_date, client.last_consult_date, client.plan_review_date,
        client.authorization_end_date, client.coverage_end_date, client.open_tasks,
        client.is_case_review, client.baseline_score, client.baseline_date,
        client.review_red_from_date, client.list_status, client.paused_reason,
        client.snoozed_until_date, client.covering_for_staff_id,
        cover.staff_name as covering_for_name,
        client.owner_away_until_date as covering_until_date, client.consent_id,
        client.consent_purpose, client.consent_last_date
    from exports.export_workbook_client as client
    left join exports.export_workbook_staff as cover
        on client.covering_for_staff_id = cover.staff_id
    order by client.care_manager_id nulls last, client.client_name, client.client_id
"""


CHANGES = """
    select
        care_manager_id, client_id, client_name, change, lane_name, left_reason,
        snoozed_until_date
    from exports.export_workbook_change
    order by care_manager_id nulls last, change, client_name, client_id
"""


class OwnerRows:
    """Rows of a query whose first column is the owner, one owner at a time, in owner order."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, query: str, zone: ZoneInfo) -> None:
        # A separate cursor, because the relations are read in parallel.
        self._cursor = connection.cursor()
        parameters = {"zone": zone.key} if "$zone" in query else {}
        self._cursor.execute(query, parameters)
        self._names = [column[0] for column in self._cursor.description or ()]
        self._rows = self._read()
        self._next = next(self._rows, None)

    def _read(self) -> Iterator[tuple[Any, ...]]:
        while chunk := self._cursor.fetchmany(_ROWS_AT_ONCE):
            yield from chunk

    def rows_of(self, owner: str | None) -> Iterator[dict[str, Any]]:
        """Yield the owner's rows. Call it in owner order; rows of owners in between are skipped."""
        while self._next is not None and _sorts_before(self._next[0], owner):
            self._next = next(self._rows, None)
        while self._next is not None and self._next[0] == owner:
            yield dict(zip(self._names, self._next, strict=True))
            self._next = next(self._rows, None)


def _sorts_before(one: str | None, other: str | None) -> bool:
    if one is None or other is None:
        return one is not None
    return one.encode() < other.encode()
