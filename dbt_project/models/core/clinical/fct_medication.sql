with order_record as (
    {{ agency_record('ehr', 'medication', day='record.start_date') }}
),

simulated_order as (
    {{ synthea_record('medications', happened_at='record.started_at') }}
),

run as (
    select time_zone from {{ ref('int_run__as_of') }}
),

medication as (
    select
        {{ surrogate_key(["'ehr'", 'medication_id']) }} as medication_key,
        medication_id,
        client_key,
        code_system,
        code,
        medication_class,
        start_date,
        end_date,
        coalesce(is_long_acting_injectable, false) as is_long_acting_injectable,
        next_due_date,
        days_supply,
        program_id,
        is_part2,
        received_at,
        evidence_table,
        evidence_key
    from order_record
    union all
    select
        {{ surrogate_key([
            "'synthea'", 'simulated_order.source_client_id', 'simulated_order.encounter_id',
            'simulated_order.code', 'simulated_order.started_at', 'simulated_order.ended_at',
        ]) }},
        cast(null as {{ dbt.type_string() }}),
        simulated_order.client_key,
        'rxnorm',
        simulated_order.code,
        'other',
        {{ local_date('simulated_order.started_at', 'run.time_zone') }},
        {{ local_date('simulated_order.ended_at', 'run.time_zone') }},
        false,
        cast(null as date),
        cast(null as integer),
        cast(null as {{ dbt.type_string() }}),
        simulated_order.is_part2,
        simulated_order.received_at,
        simulated_order.evidence_table,
        simulated_order.evidence_key
    from simulated_order
    cross join run
    union all
    select * from {{ ref('int_medication__from_fhir') }}
    union all
    select * from {{ ref('int_fill__from_fhir') }}
)

select * from medication
