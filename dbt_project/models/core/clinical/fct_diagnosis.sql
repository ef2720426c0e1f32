with record as (
    {{ client_record(
        'diagnosis', day='record.diagnosis_date', happened_at='record.recorded_at'
    ) }}
),

diagnosis as (
    select
        {{ surrogate_key(['source', 'record_id']) }} as diagnosis_key,
        diagnosis_id,
        client_key,
        diagnosis_date,
        end_date,
        code_system,
        code,
        is_primary,
        is_confirmed,
        program_id,
        is_part2,
        received_at,
        evidence_table,
        evidence_key
    from record
)

select * from diagnosis
