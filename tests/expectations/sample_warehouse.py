"""A small warehouse on which every suite passes, with the columns that the suites check.

Longer than the size budget: the relations share their clients, and each suite compares several.
"""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

SUITES = Path(__file__).resolve().parents[2] / "expectations" / "suites"
CLIENTS = 40


def exported_columns(relation: str) -> list[str]:
    """Return the column list that a suite expects."""
    suite = json.loads((SUITES / "exports" / f"{relation}.json").read_text())
    return next(
        expectation["kwargs"]["column_list"]
        for expectation in suite["expectations"]
        if "column_list" in expectation["kwargs"]
    )


_MARTS = f"""
    create table marts.dim_client as
    select
        i as client_key, 'C' || i as client_id, true as is_agency_client, i > 0 as is_listable,
        'active' as status, null::date as death_date, 40 as age_years,
        case when i % 2 = 0 then 'cm' end as care_manager_id
    from range({CLIENTS}) as numbers(i);
    create table intermediate.int_client__recipient_view as
    select client_key, 'not_needed' as consent_status, false as is_part2_permitted, 'full' as part2_view
    from marts.dim_client
    where is_listable;
    create table marts.fct_task as
    select
        't' || client_key || '-' || lane as task_key, client_key, lane::integer as lane,
        case when lane = 4 then 'closed' else 'open' end as status,
        timestamptz '2026-06-30 12:00:00+00' as due_at,
        case when lane = 4 then timestamptz '2026-06-29 12:00:00+00' end as closed_at,
        false as is_part2
    from marts.dim_client, (values (1), (3), (4)) as lanes(lane)
    where is_listable;
    create table intermediate.int_run__as_of as
    select timestamptz '2026-06-30 12:00:00+00' as as_of, date '2026-06-30' as as_of_date;
    create table intermediate.int_task__unioned as
    select task_key, client_key, is_part2, 'full' as part2_view from marts.fct_task;
    create table intermediate.int_client__supervisor_view as
    select client_key, 'full' as part2_view from marts.dim_client where is_listable;
    create table marts.fct_contact as
    select
        client_key, timestamptz '2026-06-28 12:00:00+00' as contacted_at, 'moved' as outcome,
        false as is_part2
    from marts.dim_client;
    create table intermediate.int_alert__described as
    select 'adt' as client_source, 'h1' as client_scope, 'm2' as source_client_id, is_part2
    from (values (false), (true)) as alert(is_part2);
    create table marts.fct_referral as
    select client_key as referral_key, false as is_part2, true as is_open from marts.dim_client;
    create table marts.mart_sent_back as select 1 as sent_back_key, 2 as client_key;
    create table marts.fct_stay as
    select
        client_key as stay_key, 3 as length_of_stay_days,
        timestamptz '2026-06-01 12:00:00+00' as admitted_at,
        timestamptz '2026-06-04 12:00:00+00' as discharged_at
    from marts.dim_client;
    create table marts.mart_client_risk as
    select
        client_key, client_id, 12 as risk_score, 'standard' as tier, 10 as risk_score_without_part2,
        'rising' as tier_without_part2
    from marts.dim_client;
    create table marts.fct_risk_reason as
    select client_key, rule_id, points, 'because' as reason
    from marts.dim_client, (values ('r', 16), ('cap_social', -4)) as rules(rule_id, points);
    create table marts.mart_client_engagement as
    select
        client_key, timestamptz '2026-06-30 12:00:00+00' as as_of, 0.25::decimal(5, 4) as no_show_90d_rate,
        0.2::decimal(5, 4) as no_show_365d_rate, 3 as kept_90d_count, 9 as kept_365d_count,
        timestamptz '2026-06-20 12:00:00+00' as last_kept_at,
        timestamptz '2026-07-20 12:00:00+00' as next_appointment_at
    from marts.dim_client;
    create table marts.mart_client_utilization as
    select
        client_key, 1 as ed_visit_30d_count, 1 as ed_visit_90d_count, 2 as ed_visit_365d_count,
        2 as behavioral_ed_visit_365d_count, 0 as psychiatric_stay_30d_count,
        1 as psychiatric_stay_90d_count, 1 as psychiatric_stay_365d_count,
        0 as medical_stay_30d_count, 0 as medical_stay_90d_count, 0 as medical_stay_365d_count,
        0 as crisis_contact_30d_count, 0 as crisis_contact_90d_count,
        0 as crisis_contact_365d_count, 8 as psychiatric_stay_365d_days
    from marts.dim_client;
    create table quality.fct_reconciliation as
    select 'ehr' as source, 'client' as table_name, 10 as rows_in, 9 as rows_loaded,
        1 as rows_rejected, 2 as rows_superseded, 7 as rows_current, 7 as rows_set_aside;
    create table quality.fct_impossible_row as
    select 'ehr' as source, 'visit' as table_name, 100 as rows_in, 15 as impossible_count,
        0.15::decimal(9, 4) as impossible_rate;
    create table quality.fct_unmatched as
    select 'adt' as source, 20 as event_count, 3 as unmatched_count, 0.15::decimal(9, 4) as unmatched_rate;
    create table quality.fct_linkage_accuracy as
    select 'all' as scope, 0.9995::decimal(9, 4) as precision_rate, 0.95::decimal(9, 4) as recall_rate,
        0.98::decimal(9, 4) as found_rate,
        0 as merged_twin_count;
    create table measures.fct_measure_rate as
    select 'fuh_7' as measure_id, 'operational' as basis, 2 as numerator, 4 as denominator, 0.5::decimal(9, 6) as rate;
    create table seeds.measure_definition as
    select * from (values ('fuh_7', null, null), ('fuh_30', 'fuh_7', null), ('iet', null, null), ('iet_opioid', null, 'iet'))
        as rows(measure_id, shares_events_with, subset_of);
"""
_METRICS = """
    create table marts.fct_unmatched_discharge as
    select 1 as unmatched_discharge_key, 'adt' as source, 'h1' as source_scope,
        'm1' as source_client_id, 'h1' as facility_id,
        timestamptz '2026-06-29 12:00:00+00' as due_at, false as is_part2;
    create table exports.export_unmatched_discharge as
    select 1 as rank, 'General' as facility_name, 'unknown' as setting,
        timestamptz '2026-06-28 12:00:00+00' as discharged_at, due_at, 24.0::decimal(9, 1) as overdue_hours,
        'e1' as event_id, 'v1' as visit_number, 'adt' as source, facility_id as source_scope,
        'm1' as source_client_id, null::varchar as candidate_client_id,
        null::varchar as candidate_reason_code, due_at + interval 1 day as data_as_of
    from marts.fct_unmatched_discharge;
    create table exports.export_metric_measure_rate as
    select *, case when denominator is null then 'fewer than 11' else 'shown' end as denominator_status,
        case when numerator is null then 'fewer than 11' else 'shown' end as numerator_status,
        case when excluded is null then 'agency totals only' else 'shown' end as excluded_status,
        case when open is null then 'agency totals only' else 'shown' end as open_status
    from (values
        ('fuh_7', 2026, 'operational', 'year', date '2026-01-01', date '2026-12-31', 'total', 'all', 100, 50, 20, 0, 0.5),
        ('fuh_7', 2026, 'operational', 'month', '2026-01-01', '2026-01-31', 'total', 'all', 60, 30, null, null, 0.5),
        ('fuh_7', 2026, 'operational', 'month', '2026-02-01', '2026-02-28', 'total', 'all', 40, 20, null, null, 0.5),
        ('fuh_7', 2026, 'operational', 'year', '2026-01-01', '2026-12-31', 'sex', 'F', 60, 30, null, null, 0.5),
        ('fuh_7', 2026, 'operational', 'year', '2026-01-01', '2026-12-31', 'sex', 'all other groups', 40, 20, null, null, 0.5),
        ('fuh_30', 2026, 'operational', 'year', '2026-01-01', '2026-12-31', 'total', 'all', 100, 55, 20, 0, 0.55),
        ('fuh_30', 2026, 'operational', 'year', '2026-01-01', '2026-12-31', 'sex', 'F', 60, 43, null, null, 0.716667),
        ('fuh_30', 2026, 'operational', 'year', '2026-01-01', '2026-12-31', 'sex', 'all other groups', 40, 12, null, null, 0.3),
        ('fuh_30', 2026, 'reporting', 'year', '2026-01-01', '2026-12-31', 'total', 'all', null, null, 0, 0, null)
    ) as cells(measure_id, measurement_year, basis, period_type, period_start, period_end, stratum_name,
        stratum_value, denominator, numerator, excluded, open, rate);
    create table exports.export_rate_sister_group as
    select 'fuh_30' as measure_id, 2026 as measurement_year, 'operational' as basis, 'sex' as stratum_name, *,
        'all other groups' as published_name, true as is_published
    from (values ('M', 25, 8, 25, 0), ('X', 15, 4, 15, 0))
        as cells(group_name, denominator, numerator, first_denominator, first_numerator);
    create table exports.export_metric_task_flow as
    select *, 'shown' as tasks_status from (values
        (1, date '2026-05-01', 'opened', 60), (1, '2026-05-01', 'reached or visit kept', 40),
        (1, '2026-05-01', 'other outcomes', 20), (1, '2026-06-01', 'opened', 40)
    ) as cells(lane, period_start, outcome, tasks);
    create table exports.export_metric_caseload as
    select *, 'shown' as clients_status from (values
        ('agency', null, null, 100), ('site', 'a', null, 60), ('site', 'b', null, 40),
        ('tier', 'a', 'standard', 35), ('tier', 'a', 'all other groups', 25)
    ) as cells(breakdown, site_id, tier, clients);
"""
_SHOWN = {
    "rank": "row_number() over (partition by client_key % 2 order by client_key)",
    "client_id": "client_id",
    "client_name": "'Rivera, Ana'",
    "phone": "'5185550100'",
    "care_manager_id": "case when client_key % 2 = 0 then 'cm' end",
    "lane": "1",
    "lane_name": "'Discharge'",
    "tier": "'standard'",
    "risk_score": "12",
    "why_now_1": "'why'",
    "why_now": "'why'",
    "action_needed": "'call'",
    "opened_at": "timestamptz '2026-06-29 12:00:00+00'",
    "due_at": "timestamptz '2026-06-30 12:00:00+00'",
    "overdue_hours": "0.0",
    "consent_status": "'not_needed'",
    "part2_notice": "null::varchar",
    "is_spillover": "false",
    "data_as_of": "timestamptz '2026-06-30 12:00:00+00'",
    "phq9_first": "27",
    "phq9_latest": "0",
    "phq9_item9": "3",
    "age_years": "12",
    "worklist_group": "'D'",
    "contact_person": "'guardian'",
    "contact_note": "'Guardian: Gail Ruiz'",
    "covering_for_staff_id": "null::varchar",
    "next_step": "'Call now.'",
}
# Further exports: relation, its rows, and the columns that are not null.
_EXPORTS: tuple[tuple[str, str, dict[str, str]], ...] = (
    (
        "export_fhir_task",
        "exports.export_task",
        {
            **{
                name: name
                for name in ("task_key", "client_id", "why_now", "action_needed", "due_at")
            },
            "status": "case when care_manager_id is null then 'requested' else 'ready' end",
            "intent": "'plan'",
            "priority": "'asap'",
            "authored_at": "opened_at",
            "owner_staff_id": "care_manager_id",
            "part2_notice": "null::varchar",
            "is_part2": "false",
            "data_as_of": "timestamptz '2026-06-30 12:00:00+00'",
        },
    ),
    (
        "export_workbook_client",
        "exports.export_outreach",
        {
            **{name: name for name in ("care_manager_id", "client_id", "client_name", "tier")},
            "consent_status": "consent_status",
            "consent_id": "null::varchar",
            "part2_notice": "null::varchar",
            "list_status": "'on_list'",
            "phone_2": "'5185550199'",
            "open_task_count": "2",
            "tries_14d": "0",
            "last_kept_visit_date": "date '2026-06-30'",
            "cssrs_date": "null::date",
            "safety_plan_date": "date '2026-01-10'",
            "last_consult_date": "null::date",
            "baseline_date": "null::date",
            "next_appointment_at": "timestamptz '2026-07-01 12:00:00+00'",
            "covering_for_staff_id": "null::varchar",
        },
    ),
    (
        "export_workbook_change",
        "(values ('C3', 'came', null), ('C0', 'left', 'reached')) as changed(id, kind, reason)",
        {
            "client_id": "id",
            "change": "kind",
            "left_reason": "reason",
            "care_manager_id": "case when id = 'C0' then 'cm' end",
        },
    ),
    (
        "export_workbook_staff",
        "(values ('cm'), ('th')) as staff(staff_id)",
        {"staff_id": "staff_id", "staff_name": "'Quinn Wainscott'", "role": "'care_manager'"},
    ),
    (
        "export_return",
        "(values ('cm')) as staff(staff_id)",
        {
            "staff_id": "staff_id",
            "received_at": "timestamptz '2026-06-30 12:00:00+00'",
            "workbook_count": "1",
            "sent_count": "3",
            "counted_count": "2",
            "look_count": "1",
        },
    ),
    (
        "export_sent_back",
        "marts.mart_sent_back",
        {
            "sent_back_key": "sent_back_key",
            "staff_id": "'cm'",
            "client_id": "'C2'",
            "client_name": "'Rivera, Ana'",
            "list_table": "'contact'",
            "sheet": "'Today'",
            "sheet_row": "8",
            "reason_code": "'not_in_list'",
            "column_name": "'outcome'",
            "is_deciding": "true",
        },
    ),
    (
        "export_consent",
        "(values ('C5', 'revoked')) as consent(client_id, status)",
        {
            "client_id": "client_id",
            "recipient": "'cm'",
            "consent_status": "status",
            "part2_view": "'redacted'",
        },
    ),
    (
        "export_disclosure",
        (
            "exports.export_outreach, (values ('outreach_list', 'outreach_list.csv'),"
            " ('fhir_task', 'fhir_task.ndjson'), ('care_manager_workbook', null),"
            " ('supervisor_workbook', 'supervisor_t.xlsx')) as files(class, file)"
        ),
        {
            "file_name": "coalesce(file, coalesce(care_manager_id, 'unassigned') || '.xlsx')",
            "recipient": "'supervisors'",
            "client_id": "client_id",
            "column_class": "class",
            "is_part2": "false",
            "consent_id": "null::varchar",
            "purpose": "'treatment'",
        },
    ),
    (
        "export_supervisor_account",
        "marts.dim_client where is_listable group by all",
        {"team": "'t'", "list_status": "'on_list'", "client_count": "count(*)"},
    ),
    (
        "export_supervisor_discharge",
        "marts.fct_unmatched_discharge",
        {
            "unmatched_discharge_key": "unmatched_discharge_key",
            "discharged_at": "timestamptz '2026-06-28 12:00:00+00'",
            "due_at": "due_at",
        },
    ),
    (
        "export_supervisor_pair",
        "(values ('m2')) as person(id)",
        {
            "source": "'adt'",
            "source_scope": "'h1'",
            "source_client_id": "id",
            "client_id": "'C3'",
            "match_probability": "0.7::decimal(18, 4)",
        },
    ),
    (
        "export_supervisor_referral",
        "marts.fct_referral where referral_key = 3",
        {
            "referral_key": "referral_key",
            "client_id": "'C3'",
            "last_status_at": "timestamptz '2025-06-28 12:00:00+00'",
        },
    ),
    (
        "export_supervisor_report",
        "(values ('deceased'), ('moved')) as report(kind)",
        {
            "client_id": "'C3'",
            "kind": "kind",
            "reported_at": "timestamptz '2026-06-28 12:00:00+00'",
        },
    ),
    (
        "export_supervisor_staff",
        "(values ('cm')) as staff(staff_id)",
        {
            **{f"group_{group}_count": "0" for group in "abcefg"},
            **{f"group_{group}_late_count": "0" for group in "abcdefg"},
            "group_d_count": "19",
            "staff_id": "staff_id",
            "client_count": "20",
            "load_units": "20.0",
            "listed_count": "19",
            "last_return_at": "timestamptz '2026-06-28 12:00:00+00'",
        },
    ),
    (
        "export_supervisor_task",
        (
            "marts.fct_task inner join marts.dim_client using (client_key)"
            " where task_key in ('t3-1', 't3-4')"
        ),
        {
            "task_key": "task_key",
            "client_id": "client_id",
            "problem": "case when lane = 1 then 'late' else 'expired' end",
            "worklist_group": "case when lane = 1 then 'B' end",
            "overdue_hours": "case when lane = 1 then 1.5 end",
            "opened_at": "timestamptz '2026-06-28 12:00:00+00'",
            "expired_at": "case when lane = 4 then timestamptz '2026-06-30 11:00:00+00' end",
        },
    ),
    (
        "export_supervisor_unassigned",
        "exports.export_workbook_client where care_manager_id is null",
        {
            "client_id": "client_id",
            "suggested_staff_id": "case when client_id <> 'C5' then 'cm' end",
            "suggested_by": "case when client_id <> 'C5' then '55.0 units free' end",
        },
    ),
    (
        "export_supervisor_pass",
        "marts.dim_client where client_key = 3",
        {
            "client_id": "client_id",
            "staff_id": "'cm'",
            "pass_to_staff_id": "'th'",
            "requested_date": "date '2026-06-29'",
        },
    ),
    (
        "export_supervisor_unreached",
        "marts.dim_client where client_key = 3",
        {"client_id": "client_id", "unable_to_reach": "'3 tries: letter'"},
    ),
    (
        "export_metric_feed",
        "(values ('adt'), ('claims')) as feed(source)",
        {
            "source": "source",
            "last_received_at": "case when source = 'adt' then"
            " timestamptz '2026-06-30 12:00:00+00' end",
            "is_stale": "false",
        },
    ),
    (
        "export_metric_measure_definition",
        "(values ('fuh_7'), ('fuh_30')) as measure(measure_id)",
        {
            "measure_id": "measure_id",
            "direction": "'higher_is_better'",
            "description": "'A follow-up visit'",
            "certification": "'modelled on FUH, not certified'",
            "target_rate": "0.5::decimal(9, 6)",
            "target_source": "'the agency'",
            "national_rate": "null::decimal(9, 6)",
            "national_source": "null::varchar",
        },
    ),
    (
        "export_metric_ccbhc_measure",
        "(values (1, 'fuh_7'), (2, null)) as listed(number, measure)",
        {
            "position": "number",
            "measure_id": "measure",
            "sheet": "measure",
            "what_is_missing": "case when measure is null then 'no feed' end",
        },
    ),
    (
        "export_metric_chart_rebase",
        "(values ('fuh_7')) as measure(measure_id)",
        {
            "measure_id": "measure_id",
            "first_period_date": "date '2026-01-01'",
            "reason": "'same-day visits'",
        },
    ),
    (
        "export_metric_measure_version",
        "(values (2025), (2026)) as counted(number)",
        {"measure_id": "'fuh_7'", "measurement_year": "number", "version": "'MY' || number"},
    ),
    (
        "export_metric_capacity",
        "(values (2)) as counted(number)",
        {"care_manager_count": "number", "clients_per_care_manager": "75"},
    ),
)


def make_warehouse(path: Path) -> Path:
    """Write a warehouse on which every suite passes."""
    connection = duckdb.connect(str(path))
    connection.execute("set TimeZone = 'UTC'")
    for schema in ("intermediate", "marts", "exports", "quality", "measures", "seeds"):
        connection.execute(f"create schema {schema}")
    connection.execute(_MARTS)
    connection.execute(_METRICS)
    listed = ", ".join(
        f"{_SHOWN.get(name, 'null')} as {name}" for name in exported_columns("export_outreach")
    )
    connection.execute(
        f"create table exports.export_outreach as select {listed} from marts.dim_client where is_listable"
    )
    task = {**_SHOWN, "rank": "listed.rank", "client_id": "listed.client_id", "lane": "task.lane"}
    task |= {"task_key": "task.task_key", "is_primary": "task.lane = 1", "is_red": "false"}
    shown = ", ".join(
        f"{task.get(name, 'null')} as {name}" for name in exported_columns("export_task")
    )
    connection.execute(
        f"create table exports.export_task as select {shown} from marts.fct_task as task"
        " inner join marts.dim_client using (client_key)"
        " inner join exports.export_outreach as listed on dim_client.client_id = listed.client_id"
        " where task.status = 'open'"
    )
    for name, rows, values in _EXPORTS:
        columns = ", ".join(
            f"{values.get(column, 'null')} as {column}" for column in exported_columns(name)
        )
        connection.execute(f"create table exports.{name} as select {columns} from {rows}")
    connection.close()
    return path
