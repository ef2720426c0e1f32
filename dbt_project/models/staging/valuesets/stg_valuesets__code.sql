with delivered_row as (
    {{ current_rows('valuesets', 'code') }}
),

code_system_name as (
    select * from {{ ref('code_system_name') }}
),

listed_code as (
    select
        delivered_row.value_set,
        delivered_row.value_set_oid,
        delivered_row.value_set_title,
        {{ listed_code_system('delivered_row.code_system', 'code_system_name.code_system') }}
            as code_system,
        {{ listed_code('delivered_row.code', 'code_system_name.code_system') }} as code,
        delivered_row._batch_id,
        delivered_row._source_row
    from delivered_row
    left join code_system_name
        on {{ code_system_spelling('delivered_row.code_system') }} = code_system_name.name
)

select * from listed_code
