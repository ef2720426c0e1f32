-- rules/privacy.md#consent, default deny: an unmatched person has no consent on file
with run as (
    select as_of from {{ ref('int_run__as_of') }}
),

discharge as (
    select * from {{ ref('fct_unmatched_discharge') }}
    where not is_part2
),

unmatched_discharge as (
    select
        row_number() over (
            order by discharge.due_at, discharge.evidence_table, discharge.evidence_key
        ) as rank,
        discharge.facility_name,
        discharge.setting,
        discharge.discharged_at,
        discharge.due_at,
        {{ hours_past('discharge.due_at', 'run.as_of') }} as overdue_hours,
        discharge.event_id,
        discharge.visit_number,
        discharge.source,
        discharge.source_scope,
        discharge.source_client_id,
        discharge.candidate_client_id,
        discharge.candidate_reason_code,
        run.as_of as data_as_of
    from discharge
    cross join run
)

select * from unmatched_discharge
