with delivered_row as (
    {{ current_rows('ehr_fhir', 'resource_coding') }}
),

code_system_name as (
    select * from {{ ref('code_system_name') }}
),

coding as (
    select
        delivered_row.resource_type,
        delivered_row.resource_id,
        delivered_row.last_updated,
        delivered_row.position,
        delivered_row.element,
        delivered_row.element_position,
        {{ listed_code_system('delivered_row.system', 'code_system_name.code_system') }}
            as code_system,
        {{ listed_code('delivered_row.code', 'code_system_name.code_system') }} as code,
        delivered_row._batch_id,
        delivered_row._source_row
    from delivered_row
    left join code_system_name
        on {{ code_system_spelling('delivered_row.system') }} = code_system_name.name
)

select * from coding
