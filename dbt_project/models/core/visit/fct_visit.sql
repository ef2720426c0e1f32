with recorded_visit as (
    select * from {{ ref('int_visit__recorded') }}
),

crisis_code as (
    select distinct hcpcs_code as code from {{ ref('claim_hcpcs') }}
    where setting = 'crisis'
),

-- a kept appointment is a visit too, unless one is recorded
kept_appointment as (
    select appointment.*, crisis_code.code is not null as has_crisis_code
    from {{ ref('fct_appointment') }} as appointment
    left join crisis_code on appointment.procedure_code = crisis_code.code
    semi join {{ ref('int_appointment__without_visit') }} as unrecorded
        on appointment.appointment_key = unrecorded.appointment_key
),

visit as (
    select * from recorded_visit
    union all
    select
        {{ surrogate_key(["'appointment'", 'appointment_key']) }} as visit_key,
        cast(null as {{ dbt.type_string() }}) as visit_id,
        appointment_id,
        client_key,
        scheduled_at as started_at,
        scheduled_date as visit_date,
        cast(null as timestamp with time zone) as ended_at,
        service_line,
        procedure_code,
        cast(null as {{ dbt.type_string() }}) as place_of_service_code,
        provider_id,
        cast(null as {{ dbt.type_string() }}) as provider_taxonomy_code,
        program_id,
        site_id,
        false as is_mental_principal,
        false as is_mental_dx_any,
        false as is_sud_dx_any,
        false as is_aud_any,
        false as is_oud_any,
        false as is_other_drug_any,
        false as is_self_harm_any,
        false as is_overdose_any,
        service_line = 'crisis' or has_crisis_code as is_crisis,
        cast(null as timestamp with time zone) as note_signed_at,
        false as is_note_reported,
        is_part2,
        received_at,
        evidence_table,
        evidence_key
    from kept_appointment
)

select * from visit
