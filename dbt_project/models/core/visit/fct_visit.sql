-- longer than the budget: recorded visits, kept appointments without one and encounters of
-- simulated patients have to become the same columns somewhere
with visit_record as (
    {{ agency_record(
        'ehr', 'visit',
        day=local_date('record.started_at', 'run.time_zone'),
        happened_at='record.started_at'
    ) }}
),

synthea_encounter as (
    {{ synthea_record('encounters', 'record.started_at') }}
),

run as (
    select * from {{ ref('int_run__as_of') }}
),

part2_provider as (
    select distinct npi from {{ ref('dim_provider') }}
    where is_part2
),

diagnosis as (
    select code, is_mental_any, is_sud from {{ ref('int_code__classified') }}
    where is_mental_any or is_sud
),

recorded_visit as (
    select
        {{ surrogate_key(["'ehr'", "'visit'", 'record.visit_id']) }} as visit_key,
        record.visit_id,
        record.appointment_id,
        record.client_key,
        record.started_at,
        record.record_date as visit_date,
        record.ended_at,
        record.service_line,
        record.procedure_code,
        record.place_of_service_code,
        record.provider_id,
        record.provider_taxonomy_code,
        record.program_id,
        record.site_id,
        coalesce(diagnosis_1.is_mental_any, false) as is_mental_principal,
        {%- for flag, name in [
            ('is_mental_any', 'is_mental_dx_any'), ('is_sud', 'is_sud_dx_any'),
        ] %}
        coalesce(
            {% for n in range(1, 5) -%}
            nullif(diagnosis_{{ n }}.{{ flag }}, false),{{ ' ' if not loop.last }}
            {%- endfor %} false
        ) as {{ name }},
        {%- endfor %}
        coalesce(record.is_crisis, false) or record.service_line = 'crisis' as is_crisis,
        record.is_part2 or part2_provider.npi is not null as is_part2,
        record.received_at,
        record.evidence_table,
        record.evidence_key
    from visit_record as record
    left join part2_provider on record.provider_id = part2_provider.npi
    {%- for n in range(1, 5) %}
    left join diagnosis as diagnosis_{{ n }}
        on record.diagnosis_code_{{ n }} = diagnosis_{{ n }}.code
    {%- endfor %}
),

-- a kept appointment is a visit too, unless one is recorded
kept_appointment as (
    select appointment.*
    from {{ ref('fct_appointment') }} as appointment
    semi join {{ ref('int_appointment__without_visit') }} as unrecorded
        on appointment.appointment_key = unrecorded.appointment_key
),

kept_visit as (
    select * from recorded_visit
    union all
    select
        {{ surrogate_key([
            "case evidence_table when 'raw_ehr_fhir.Appointment' then 'ehr_fhir' else 'ehr' end",
            "'appointment'", 'appointment_id',
        ]) }} as visit_key,
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
        service_line = 'crisis' as is_crisis,
        is_part2,
        received_at,
        evidence_table,
        evidence_key
    from kept_appointment
    union all
    select
        {{ surrogate_key(["'synthea'", 'encounter.encounter_id']) }} as visit_key,
        encounter.encounter_id as visit_id,
        cast(null as {{ dbt.type_string() }}) as appointment_id,
        encounter.client_key,
        encounter.started_at,
        {{ local_date('encounter.started_at', 'run.time_zone') }} as visit_date,
        encounter.ended_at,
        'medical' as service_line,
        encounter.code as procedure_code,
        cast(null as {{ dbt.type_string() }}) as place_of_service_code,
        encounter.provider_id,
        cast(null as {{ dbt.type_string() }}) as provider_taxonomy_code,
        cast(null as {{ dbt.type_string() }}) as program_id,
        encounter.organization_id as site_id,
        coalesce(diagnosis.is_mental_any, false) as is_mental_principal,
        coalesce(diagnosis.is_mental_any, false) as is_mental_dx_any,
        coalesce(diagnosis.is_sud, false) as is_sud_dx_any,
        false as is_crisis,
        encounter.is_part2,
        encounter.received_at,
        encounter.evidence_table,
        encounter.evidence_key
    from synthea_encounter as encounter
    cross join run
    left join diagnosis on encounter.reason_code = diagnosis.code
    where encounter.encounter_class not in ('inpatient', 'emergency', 'snf', 'hospice')
    union all
    select * from {{ ref('int_visit__from_fhir') }}
)

select * from kept_visit
