with record as (
    {{ sender_record('ehr', 'medication') }}
),

run as (
    select time_zone from {{ ref('input_run') }}
),

medication as (
    select
        record.medication_id,
        record.medication_id as record_id,
        {{ start_of_local_day('record.start_date', 'run.time_zone') }} as started_at,
        record.start_date,
        record.end_date,
        record.code_system,
        record.code,
        coalesce(record.medication_class, 'other') as medication_class,
        coalesce(record.is_long_acting_injectable, false) as is_long_acting_injectable,
        record.next_due_date,
        record.days_supply,
        record.program_id,
        {{ lineage_columns('record') }}
    from record
    cross join run
)

select * from medication
