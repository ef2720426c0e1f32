with record as (
    {{ sender_record('synthea', 'conditions') }}
),

run as (
    select time_zone from {{ ref('input_run') }}
),

diagnosis as (
    select
        cast(null as {{ dbt.type_string() }}) as diagnosis_id,
        {{ joined_parts([
            'record.source_client_id', 'record.encounter_id', 'record.code', 'record.onset_date',
        ]) }} as record_id,
        {{ start_of_local_day('record.onset_date', 'run.time_zone') }} as recorded_at,
        record.onset_date as diagnosis_date,
        record.end_date,
        'snomedct' as code_system,
        record.code,
        false as is_primary,
        true as is_confirmed,
        cast(null as {{ dbt.type_string() }}) as program_id,
        {{ lineage_columns('record') }}
    from record
    cross join run
)

select * from diagnosis
