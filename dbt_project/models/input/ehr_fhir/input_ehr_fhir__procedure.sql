with record as (
    {{ sender_record('ehr_fhir', 'Procedure', part2_label='record.part2_label is not null') }}
),

code_system_name as (
    select name, code_system from {{ ref('code_system_name') }}
),

-- a procedure that was not done, not yet done or entered in error is not a service
procedure as (
    select
        record.procedure_id,
        record.encounter_id,
        record.started_at,
        {{ upper_code('record.code') }} as procedure_code,
        code_system_name.code_system,
        {{ lineage_columns('record') }}
    from record
    left join code_system_name
        on rtrim(lower(trim(record.code_system)), '/') = code_system_name.name
    where
        record.status = 'completed'
        and {{ upper_code('record.code') }} is not null
)

select * from procedure
