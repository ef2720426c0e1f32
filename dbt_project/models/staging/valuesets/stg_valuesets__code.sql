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
        coalesce(code_system_name.code_system, lower(trim(delivered_row.code_system)))
            as code_system,
        case
            when code_system_name.code_system = 'icd10cm' then {{ icd_code('delivered_row.code') }}
            else {{ upper_code('delivered_row.code') }}
        end as code,
        delivered_row._batch_id,
        delivered_row._source_row
    from delivered_row
    left join code_system_name
        on rtrim(lower(trim(delivered_row.code_system)), '/') = code_system_name.name
)

select * from listed_code
