{{ config(materialized='view') }}

-- rules/code-lists.md#substance-use-medications: a user-supplied list replaces the shipped one
with supplied_code as (
    select
        lower(trim(value_set)) as list_name,
        code_system,
        replace(code, '-', '') as code
    from {{ ref('input_value_set_code') }}
    where code_system in ('rxnorm', 'ndc')
),

shipped_code as (
    select * from {{ ref('listed_drug') }}
    where list_name not in (select supplied_code.list_name from supplied_code)
),

dispensed_code as (
    select 'ndc' as code_system, replace(ndc_code, '-', '') as code
    from {{ ref('int_pharmacy_claim__final') }}
    where ndc_code is not null
    union
    select code_system, replace({{ upper_code('code') }}, '-', '') as code
    from {{ ref('fct_medication') }}
    where is_fill and code is not null
),

classified_code as (
    select * from {{ ref('int_medication_code__classified') }}
),

listed_code as (
    select
        supplied_code.list_name,
        dispensed_code.code_system,
        dispensed_code.code,
        coalesce(classified_code.is_injection, false) as is_long_acting,
        false as treats_opioid_use
    from dispensed_code
    inner join supplied_code
        on dispensed_code.code_system = supplied_code.code_system
        and dispensed_code.code = supplied_code.code
    left join classified_code
        on dispensed_code.code_system = classified_code.code_system
        and dispensed_code.code = classified_code.code
    union all
    select
        shipped_code.list_name,
        dispensed_code.code_system,
        dispensed_code.code,
        shipped_code.is_long_acting,
        shipped_code.treats_opioid_use
    from dispensed_code
    inner join shipped_code
        on dispensed_code.code_system = shipped_code.code_system
        and (
            dispensed_code.code = shipped_code.code
            or (
                shipped_code.code_system = 'ndc'
                and starts_with(dispensed_code.code, shipped_code.code)
            )
        )
    where shipped_code.counts_when_dispensed
    union all
    select
        'sud_medication' as list_name,
        dispensed_code.code_system,
        dispensed_code.code,
        classified_code.is_injection as is_long_acting,
        true as treats_opioid_use
    from dispensed_code
    inner join classified_code
        on dispensed_code.code_system = classified_code.code_system
        and dispensed_code.code = classified_code.code
    where classified_code.medication_class = 'moud'
),

medication_code as (
    select
        list_name,
        code_system,
        code,
        bool_or(is_long_acting) as is_long_acting,
        bool_or(treats_opioid_use) as treats_opioid_use
    from listed_code
    group by list_name, code_system, code
)

select * from medication_code
