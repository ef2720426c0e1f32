{{ config(materialized='table') }}

{#
    An alert is the same one when the facility, the person or visit, the change and the instant agree. Which column
    stands for the person or visit depends on what the facility sends; its kind is part of the key, so that a visit
    number never equals a patient id. An alert with none of them is never merged.
#}
{%- set identifier -%}
    case
        when visit_number is not null then 'visit:' || visit_number
        when source_patient_id is not null then 'patient:' || source_patient_id
        when medicaid_id is not null then 'medicaid:' || medicaid_id
        when event_id is not null then 'event:' || event_id
        else 'name:' || lower(first_name || '|' || last_name) || '|' || cast(birth_date as {{ dbt.type_string() }})
    end
{%- endset -%}

{{ superseded_rows('adt', {
    'event': {
        'key': ['sending_facility_id', identifier, 'event_type', 'event_at'],
        'mergeable': '(' ~ identifier ~ ') is not null'
    }
}) }}

select * from superseded
