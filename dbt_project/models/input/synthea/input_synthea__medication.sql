with record as (
    {{ sender_record('synthea', 'medications') }}
),

run as (
    select time_zone from {{ ref('input_run') }}
),

medication as (
    select
        cast(null as {{ dbt.type_string() }}) as medication_id,
        {{ joined_parts([
            'record.source_client_id', 'record.encounter_id', 'record.code', 'record.started_at',
            'record.ended_at',
        ]) }} as record_id,
        record.started_at,
        {{ local_date('record.started_at', 'run.time_zone') }} as start_date,
        {{ local_date('record.ended_at', 'run.time_zone') }} as end_date,
        'rxnorm' as code_system,
        record.code,
        'other' as medication_class,
        false as is_long_acting_injectable,
        cast(null as date) as next_due_date,
        cast(null as integer) as days_supply,
        cast(null as {{ dbt.type_string() }}) as program_id,
        {{ lineage_columns('record') }}
    from record
    cross join run
)

select * from medication
