"""Small hand-written exports: three care managers, every format, and dangerous cell texts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from publishing.outreach_list import COLUMNS

ZONE = ZoneInfo("America/New_York")
AS_OF = datetime(2026, 6, 30, 3, 59, 59, tzinfo=UTC)
NOTICE = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."
_TYPES = {
    "text": "varchar",
    "digits": "varchar",
    "number": "integer",
    "tenths": "decimal(18, 4)",
    "date": "date",
    "boolean": "boolean",
    "instant": "timestamptz",
}
_CLIENT: dict[str, Any] = {
    "rank": 1,
    "client_name": "Rivera, Ana",
    "birth_date": "1980-02-29",
    "age_years": 46,
    "phone": "5185550100",
    "ok_to_leave_message": True,
    "ok_to_text": False,
    "language": "es",
    "interpreter_needed": True,
    "lane": 1,
    "lane_name": "Discharge: call within 24 hours",
    "tier": "critical",
    "risk_score": 61,
    "why_now_1": "Discharged yesterday, not yet reached",
    "why_now_2": "PHQ-9 of 21",
    "action_needed": "Call",
    "due_at": "2026-06-29 12:00:00+00",
    "overdue_hours": "15.96",
    "event_facility": "General Hospital",
    "event_setting": "psychiatric",
    "discharge_disposition": "home",
    "last_contact_at": "2026-01-15 15:30:00+00",
    "last_contact_outcome": "left_message",
    "attempts_14d": 0,
    "last_kept_visit_date": "2026-05-30",
    "next_appointment_at": "2026-07-03 14:00:00+00",
    "open_referral_count": 1,
    "phq9_first": 24,
    "phq9_latest": 21,
    "phq9_change": -3,
    "phq9_latest_date": "2026-06-12",
    "phq9_item9": 0,
    "cssrs_level": "moderate",
    "safety_plan_on_file": False,
    "barriers": "insurance;transportation",
    "consent_status": "not_needed",
    "is_spillover": False,
    "data_as_of": "2026-06-30 03:59:59+00",
    "worklist_group": "B",
    "contact_person": "client",
    "next_step": "Call now: 15 h late.",
}
CLIENTS: tuple[dict[str, Any], ...] = (
    {"client_id": "C1", "care_manager_id": "cm.1"},
    {
        "client_id": "C2",
        "care_manager_id": "cm.1",
        "rank": 2,
        "client_name": '=HYPERLINK("http://x","y")',
        "tier": "standard",
        "lane": 4,
        "lane_name": "Referral",
        "due_at": "2026-06-30 15:00:00+00",
        "overdue_hours": 0,
        "phone": None,
        "ok_to_leave_message": None,
        "phq9_first": None,
        "phq9_latest": None,
        "phq9_change": None,
        "consent_status": "consented",
        "part2_notice": NOTICE,
        "is_spillover": True,
    },
    {"client_id": "C3", "care_manager_id": "CM_2", "client_name": "Ngũgĩ, Wanjikũ"},
    {"client_id": "C4", "care_manager_id": None},
)


def make_exports(
    connection: duckdb.DuckDBPyConnection, clients: tuple[dict[str, Any], ...] = CLIENTS
) -> duckdb.DuckDBPyConnection:
    """Create the relations that publishing reads, with two tasks per client."""
    connection.execute("set TimeZone = 'UTC'")
    for schema in ("exports", "quality"):
        connection.execute(f"create schema {schema}")
    columns = ", ".join(f"{name} {_TYPES[kind]}" for name, kind in COLUMNS)
    connection.execute(f"create table exports.export_outreach ({columns})")
    marks = ", ".join("?" for _ in COLUMNS)
    for client in clients:
        values = {**_CLIENT, **client}
        values["worklist_group"] = client.get("worklist_group", "ABCDEEEG"[values["lane"]])
        connection.execute(
            f"insert into exports.export_outreach values ({marks})",
            [values.get(name) for name, _ in COLUMNS],
        )
    connection.execute(
        """
        create table exports.export_task as
        select
            care_manager_id, rank, client_id, client_name, phone, ok_to_leave_message, ok_to_text,
            lane, lane_name, case when place = 1 then 'missed_therapy' else 'discharge_inpatient' end as task_type, 't' || client_id || place as task_key,
            case when place = 1 then 'No-show of therapy' else why_now_1 end as why_now,
            action_needed, due_at - interval 1 day as opened_at, due_at, overdue_hours,
            place = 0 as is_primary, part2_notice,
            worklist_group in ('A', 'B', 'C') and due_at < data_as_of
            or worklist_group = 'C' and lane = 6 as is_red
        from exports.export_outreach, range(2) as position(place)
        """
    )
    connection.execute(
        """
        create table exports.export_fhir_task as
        select
            task_key, if(care_manager_id is null, 'requested', 'ready') as status, 'plan' as intent,
            'asap' as priority, task_type, lane, lane_name, action_needed, client_id,
            opened_at as authored_at, care_manager_id as owner_staff_id, why_now, part2_notice,
            part2_notice is not null as is_part2, due_at, rank, is_primary,
            timestamptz '2026-06-30 03:59:59+00' as data_as_of
        from exports.export_task
        """
    )
    connection.execute(
        """
        create table exports.export_workbook_client as
        select
            care_manager_id, client_id, client_name, birth_date, age_years, consent_status, tier,
            'high' as previous_tier, 'Outpatient' as program_name, 12 as weeks_in_treatment,
            'Alma St. Ember' as therapist_name, 'depression' as diagnosis_group,
            true as has_serious_mental_illness, 'homeless' as housing_status,
            '5185550199' as phone_2, 'second' as phone_2_label,
            null::varchar as struck_phones,
            'phone' as last_contact_channel,
            'Cleo Barrowby' as last_contact_staff_name, 2 as tries_14d, last_kept_visit_date,
            14.0::decimal(9, 2) as expected_interval_days, next_appointment_at,
            '2026-01-05 24;2026-03-02 18;2026-06-12 21' as phq9_scores,
            date '2026-05-30' as cssrs_date,
            true as is_cssrs_current, false as is_item_9_current, date '2026-01-10' as safety_plan_date,
            date '2026-06-01' as last_consult_date, date '2026-07-15' as plan_review_date,
            date '2026-08-31' as authorization_end_date, date '2027-01-31' as coverage_end_date,
            2 as open_task_count, 'Missed appointment;Referral' as open_tasks,
            client_id = 'C1' as is_case_review,
            case when client_id = 'C1' then 18 end as baseline_score,
            case when client_id = 'C1' then date '2026-03-02' end as baseline_date,
            case when client_id = 'C1' then date '2026-05-25' end as review_red_from_date,
            'on_list' as list_status, null::varchar as paused_reason,
            null::date as snoozed_until_date, covering_for_staff_id,
            case when covering_for_staff_id is not null then date '2026-07-05' end
                as owner_away_until_date,
            case when care_manager_id is null then 'CM_2' end as suggested_staff_id,
            case when care_manager_id is null then 'same site, 20.0 units free' end
                as suggested_by,
            case when part2_notice is not null then 'cs1;cs2' end as consent_id,
            case when part2_notice is not null then 'tpo' end as consent_purpose,
            case when part2_notice is not null then date '2027-06-30' end as consent_last_date,
            part2_notice
        from exports.export_outreach
        union all by name
        select
            'cm.1' as care_manager_id, 'C9' as client_id, '=Rest, Rae' as client_name,
            'not_needed' as consent_status, 'standard' as tier, 'standard' as previous_tier,
            'Outpatient' as program_name, false as has_serious_mental_illness, 0 as tries_14d,
            false as is_cssrs_current, false as is_item_9_current, 0 as open_task_count,
            false as is_case_review, 'no_open_task' as list_status
        from exports.export_outreach
        where client_id = 'C1' and care_manager_id = 'cm.1'
        """
    )
    connection.execute(
        "create table exports.export_workbook_change as select * from (values"
        " ('cm.1', 'C1', 'Rivera, Ana', 'came', 'Safety', null, null),"
        " ('cm.1', 'C9', '=Rest, Rae', 'left', 'Referral', 'kept_visit', null),"
        " ('cm.1', 'C8', 'Left, Lou', 'left', '=Referral', 'a_new_reason', null),"
        " ('cm.1', 'C7', 'Left, Max', 'left', 'Referral', 'snoozed', date '2026-07-03'),"
        " ('cm.1', 'C6', 'Left, Pat', 'left', 'Referral', 'admitted', null),"
        " ('cm.1', 'C5', 'Left, Una', 'left', 'Referral', 'expired', null))"
        " as change(care_manager_id, client_id, client_name, change, lane_name, left_reason,"
        " snoozed_until_date)"
    )
    connection.execute(
        "create table exports.export_workbook_staff as select * from (values"
        " ('cm.1', 'Quinn Wainscott', 'care_manager'), ('CM_2', 'Cleo Barrowby', 'care_manager'),"
        " ('t1', 'Alma St. Ember', 'therapist')) as staff(staff_id, staff_name, role)"
    )
    connection.execute(
        """
        create table exports.export_unmatched_discharge as
        select
            12 - i as rank, '=General' as facility_name, 'unknown' as setting,
            timestamptz '2026-01-15 10:30:00-05' as discharged_at,
            timestamptz '2026-06-29 08:00:00-04' as due_at, 1.5::decimal(9, 1) as overdue_hours,
            'e' || i as event_id, null::varchar as visit_number, 'adt' as source,
            'h1' as source_scope, 'm' || i as source_client_id, 'C1' as candidate_client_id,
            'below_threshold' as candidate_reason_code,
            timestamptz '2026-06-30 00:00:00-04' as data_as_of
        from range(1, 12) as numbers(i)
        """
    )
    connection.execute(
        """
        create table exports.export_return (
            staff_id varchar, received_at timestamptz, workbook_count integer,
            refusal_reason_code varchar, sent_count integer, counted_count integer,
            look_count integer
        )
        """
    )
    connection.execute(
        """
        create table exports.export_sent_back (
            sent_back_key bigint, staff_id varchar, client_id varchar, client_name varchar,
            task_key varchar, list_table varchar, sheet varchar, sheet_row integer,
            reason_code varchar, column_name varchar, is_deciding boolean, typed_cells varchar
        )
        """
    )
    connection.execute(
        "create table exports.export_metric_caseload as"
        " select 'tier ' || i % 7 as name, i as clients from range(3) as numbers(i)"
    )
    connection.execute("create table exports.export_metric_feed as select 'adt' as source")
    connection.execute(
        "create table quality.fct_reconciliation as select 'ehr' as source, 'client' as table_name,"
        " 10 as rows_in, 9 as rows_loaded, 1 as rows_rejected, 2 as rows_superseded, 7 as rows_current"
    )
    connection.execute(
        "create table quality.fct_set_aside as select 'ehr' as source, 'client' as table_name,"
        " 'b1' as batch_id, 1 as source_row, 'birth_date' as column_name"
    )
    connection.execute(
        "create table quality.fct_linkage as"
        " select 'adt' as source, 'scored' as outcome, 3 as person_count"
    )
    connection.execute(
        "create table quality.fct_linkage_accuracy as"
        " select 'all' as scope, 0.9995::decimal(9, 4) as precision_rate"
    )
    return connection
