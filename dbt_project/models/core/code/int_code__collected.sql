with code as (
    select distinct code from {{ ref('input_code') }}
    where code is not null
),

collected_code as (
    select
        code,
        case
            when regexp_matches(code, '^[A-Z][0-9]') then 'icd10cm'
            when regexp_matches(code, '^[0-9]{6,18}$') then 'snomedct'
            else 'unknown'
        end as code_system
    from code
)

select * from collected_code
