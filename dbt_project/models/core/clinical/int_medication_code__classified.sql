-- some senders give the code of a drug without its class: a user-supplied list classifies the code,
-- else orders of the same code with a class
{%- set classes = "('antipsychotic', 'antidepressant', 'mood_stabilizer', 'moud', 'stimulant')" %}
with listed_code as (
    select
        supplied.code_system,
        replace(supplied.code, '-', '') as code,
        list.medication_class,
        list.injection_days
    from {{ ref('input_value_set_code') }} as supplied
    inner join {{ ref('medication_list') }} as list
        on list.list_name
        in (lower(trim(supplied.value_set)), lower(trim(supplied.value_set_title)))
    where supplied.code_system in ('rxnorm', 'ndc')
),

listed_class as (
    select code_system, code, min(medication_class) as medication_class
    from listed_code
    group by code_system, code
    having count(distinct medication_class) = 1
),

recorded_class as (
    select
        code_system,
        replace({{ upper_code('code') }}, '-', '') as code,
        min(medication_class) as medication_class
    from {{ ref('input_medication') }}
    where medication_class in {{ classes }}
    group by code_system, replace({{ upper_code('code') }}, '-', '')
    having count(distinct medication_class) = 1
),

classed_code as (
    select * from listed_class
    union all
    select recorded_class.*
    from recorded_class
    anti join listed_class
        on recorded_class.code_system = listed_class.code_system
        and recorded_class.code = listed_class.code
),

-- a user-supplied list names long-acting injections, and orders do
injection as (
    select code_system, code, injection_days
    from listed_code
    where injection_days is not null
    union all
    select code_system, replace({{ upper_code('code') }}, '-', '') as code, 0 as injection_days
    from {{ ref('input_medication') }}
    where is_long_acting_injectable
),

injection_code as (
    select code_system, code, nullif(max(injection_days), 0) as injection_days
    from injection
    group by code_system, code
),

classified_code as (
    select
        classed_code.*,
        injection_code.code is not null as is_injection,
        injection_code.injection_days
    from classed_code
    left join injection_code
        on classed_code.code_system = injection_code.code_system
        and classed_code.code = injection_code.code
)

select * from classified_code
