-- rules/identity.md#unmatched-discharges
with discharge as (
    select * from {{ ref('fct_unmatched_discharge') }}
    where not is_part2
),

reported as (
    select
        source,
        source_scope,
        source_client_id,
        {{ latest_non_null('first_name', 'report_sequence') }} as first_name,
        {{ latest_non_null('last_name', 'report_sequence') }} as last_name,
        {{ latest_non_null('birth_date', 'report_sequence') }} as birth_date
    from {{ ref('int_person__reported_demographics') }}
    group by source, source_scope, source_client_id
),

client as (
    select
        client_id,
        replace(trim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')), ';', ' ')
        || ' · ' || client_id as label
    from {{ ref('dim_client') }}
),

candidate as (
    select
        reviewed.source,
        reviewed.source_scope,
        reviewed.source_client_id,
        {{ listed_texts('client.label') }} as candidates
    from {{ ref('int_identity__reviewed') }} as reviewed
    inner join client on reviewed.client_id = client.client_id
    group by reviewed.source, reviewed.source_scope, reviewed.source_client_id
),

unmatched as (
    select
        discharge.unmatched_discharge_key,
        trim(coalesce(reported.first_name, '') || ' ' || coalesce(reported.last_name, ''))
            as person_name,
        reported.birth_date,
        discharge.facility_name,
        discharge.setting,
        discharge.visit_number,
        discharge.discharged_at,
        discharge.due_at,
        candidate.candidates,
        discharge.source,
        discharge.source_scope,
        discharge.source_client_id
    from discharge
    left join reported
        on discharge.source = reported.source
        and discharge.source_scope = reported.source_scope
        and discharge.source_client_id = reported.source_client_id
    left join candidate
        on discharge.source = candidate.source
        and discharge.source_scope = candidate.source_scope
        and discharge.source_client_id = candidate.source_client_id
)

select * from unmatched
