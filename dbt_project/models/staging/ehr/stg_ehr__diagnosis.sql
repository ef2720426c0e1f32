with delivered_row as (
    {{ current_rows('ehr', 'diagnosis') }}
),

diagnosis as (
    select
        diagnosis_id,
        client_id as source_client_id,
        code_system,
        {{ icd_code('code') }} as code,
        onset_date,
        end_date,
        verification_status,
        is_primary,
        program_id,
        recorded_at,
        _batch_id,
        _source_row
    from delivered_row
)

select * from diagnosis
