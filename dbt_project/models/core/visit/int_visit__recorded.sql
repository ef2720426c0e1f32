{{ config(materialized='view') }}

with visit_record as (
    {{ client_record(
        'visit',
        day=local_date('record.started_at', 'run.time_zone'),
        happened_at='record.started_at'
    ) }}
),

run as (
    select as_of from {{ ref('int_run__as_of') }}
),

part2_provider as (
    select distinct npi from {{ ref('dim_provider') }}
    where is_part2
),

diagnosis as (
    select
        code, is_mental_any, is_sud, is_aud, is_oud, is_other_drug, is_self_harm, is_overdose
    from {{ ref('int_code__classified') }}
    where is_mental_any or is_sud or is_self_harm or is_overdose
),

crisis_code as (
    select distinct hcpcs_code as code from {{ ref('claim_hcpcs') }}
    where setting = 'crisis'
),

listed_diagnosis as (
    select
        listed.source,
        listed.visit_id,
        bool_or(diagnosis.is_mental_any) as is_mental_any,
        bool_or(diagnosis.is_sud) as is_sud,
        bool_or(diagnosis.is_aud) as is_aud,
        bool_or(diagnosis.is_oud) as is_oud,
        bool_or(diagnosis.is_other_drug) as is_other_drug,
        bool_or(diagnosis.is_self_harm) as is_self_harm,
        bool_or(diagnosis.is_overdose) as is_overdose
    from {{ ref('input_visit_diagnosis') }} as listed
    inner join diagnosis on listed.diagnosis_code = diagnosis.code
    group by listed.source, listed.visit_id
),

-- the billing code of a procedure is more specific than the type of the encounter
classified_visit as (
    select
        record.* exclude (service_line, procedure_code, is_crisis, is_part2),
        coalesce(record.is_crisis, false)
        or own_crisis.code is not null
        or done_crisis.code is not null as is_crisis,
        coalesce(
            record.service_line, done.service_line, record.booked_service_line, 'other'
        ) as service_line,
        coalesce(
            case when done.is_billing_code then done.procedure_code end,
            record.procedure_code,
            done.procedure_code
        ) as procedure_code,
        record.is_part2 or coalesce(done.is_part2_labelled, false) as is_part2
    from visit_record as record
    left join {{ ref('int_procedure__principal') }} as done
        on record.source = done.source and record.encounter_id = done.encounter_id
    left join crisis_code as own_crisis on record.procedure_code = own_crisis.code
    left join crisis_code as done_crisis on done.procedure_code = done_crisis.code
),

recorded_visit as (
    select
        {{ surrogate_key(['visit.source', "'visit'", 'visit.visit_id']) }} as visit_key,
        visit.visit_id,
        visit.appointment_id,
        visit.client_key,
        visit.started_at,
        visit.record_date as visit_date,
        {{ known_by_as_of('visit.ended_at') }} as ended_at,
        visit.service_line,
        visit.procedure_code,
        visit.place_of_service_code,
        visit.provider_id,
        visit.provider_taxonomy_code,
        visit.program_id,
        visit.site_id,
        coalesce(diagnosis_1.is_mental_any, false) as is_mental_principal,
        {%- for flag, name in [
            ('is_mental_any', 'is_mental_dx_any'), ('is_sud', 'is_sud_dx_any'),
            ('is_aud', 'is_aud_any'), ('is_oud', 'is_oud_any'),
            ('is_other_drug', 'is_other_drug_any'),
            ('is_self_harm', 'is_self_harm_any'), ('is_overdose', 'is_overdose_any'),
        ] %}
        coalesce(
            {% for n in range(1, 5) -%}
            nullif(diagnosis_{{ n }}.{{ flag }}, false),{{ ' ' if not loop.last }}
            {%- endfor %} listed_diagnosis.{{ flag }}, false
        ) as {{ name }},
        {%- endfor %}
        visit.is_crisis or visit.service_line = 'crisis' as is_crisis,
        {{ known_by_as_of('visit.note_signed_at') }} as note_signed_at,
        visit.is_note_reported,
        visit.is_part2 or part2_provider.npi is not null as is_part2,
        visit.received_at,
        visit.evidence_table,
        visit.evidence_key
    from classified_visit as visit
    cross join run
    left join part2_provider on visit.provider_id = part2_provider.npi
    {%- for n in range(1, 5) %}
    left join diagnosis as diagnosis_{{ n }}
        on visit.diagnosis_code_{{ n }} = diagnosis_{{ n }}.code
    {%- endfor %}
    left join listed_diagnosis
        on visit.source = listed_diagnosis.source and visit.visit_id = listed_diagnosis.visit_id
)

select * from recorded_visit
