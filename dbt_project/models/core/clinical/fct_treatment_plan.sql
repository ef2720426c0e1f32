with plan_record as (
    {{ agency_record('ehr', 'treatment_plan', day='record.start_date') }}
),

run as (
    select as_of from {{ ref('int_run__as_of') }}
),

treatment_plan as (
    select
        {{ surrogate_key(["'ehr'", 'plan_id']) }} as treatment_plan_key,
        plan_id,
        client_key,
        program_id,
        start_date,
        next_review_date,
        {{ known_by_as_of('signed_at') }} as signed_at,
        status,
        is_part2,
        received_at,
        evidence_table,
        evidence_key
    from plan_record
    cross join run
    union all
    select * from {{ ref('int_treatment_plan__from_fhir') }}
)

select * from treatment_plan
