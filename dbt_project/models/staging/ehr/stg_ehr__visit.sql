with delivered_row as (
    {{ current_rows('ehr', 'visit') }}
),

visit as (
    select
        visit_id,
        client_id as source_client_id,
        appointment_id,
        started_at,
        ended_at,
        service_line,
        {{ upper_code('procedure_code') }} as procedure_code,
        {%- for n in range(1, 5) %}
        {{ upper_code('procedure_modifier_' ~ n) }} as procedure_modifier_{{ n }},
        {%- endfor %}
        {{ padded_code('place_of_service_code', 2) }} as place_of_service_code,
        provider_id,
        {{ upper_code('provider_taxonomy_code') }} as provider_taxonomy_code,
        program_id,
        site_id,
        {%- for n in range(1, 5) %}
        {{ icd_code('diagnosis_code_' ~ n) }} as diagnosis_code_{{ n }},
        {%- endfor %}
        note_signed_at,
        goal_id,
        is_crisis,
        _batch_id,
        _source_row
    from delivered_row
)

select * from visit
