with record as (
    {{ sender_record('synthea', 'encounters') }}
),

visit as (
    select
        record.encounter_id as visit_id,
        cast(null as {{ dbt.type_string() }}) as appointment_id,
        cast(null as {{ dbt.type_string() }}) as encounter_id,
        record.started_at,
        record.ended_at,
        'medical' as service_line,
        cast(null as {{ dbt.type_string() }}) as booked_service_line,
        record.code as procedure_code,
        cast(null as {{ dbt.type_string() }}) as place_of_service_code,
        record.provider_id,
        cast(null as {{ dbt.type_string() }}) as provider_taxonomy_code,
        cast(null as {{ dbt.type_string() }}) as program_id,
        record.organization_id as site_id,
        record.reason_code as diagnosis_code_1,
        {%- for n in range(2, 5) %}
        cast(null as {{ dbt.type_string() }}) as diagnosis_code_{{ n }},
        {%- endfor %}
        false as is_crisis,
        cast(null as timestamp with time zone) as note_signed_at,
        false as is_note_reported,
        {{ lineage_columns('record') }}
    from record
    where
        record.encounter_class not in ('inpatient', 'emergency', 'snf', 'hospice')
        and record.started_at is not null
)

select * from visit
