-- some senders give the code of a drug without its class: a user-supplied list classifies the code,
-- else orders of the same code with a class
{%- set classes = "('antipsychotic', 'antidepressant', 'mood_stabilizer', 'moud', 'stimulant')" %}
with listed_class as (
    select
        code_system,
        replace(code, '-', '') as code,
        min(lower(trim(value_set))) as medication_class
    from {{ ref('input_value_set_code') }}
    where
        code_system in ('rxnorm', 'ndc')
        and lower(trim(value_set)) in {{ classes }}
    group by code_system, replace(code, '-', '')
    having count(distinct lower(trim(value_set))) = 1
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
injection_code as (
    select code_system, replace(code, '-', '') as code
    from {{ ref('input_value_set_code') }}
    where
        code_system in ('rxnorm', 'ndc')
        and lower(trim(value_set)) = 'long_acting_injection'
    union
    select code_system, replace({{ upper_code('code') }}, '-', '') as code
    from {{ ref('input_medication') }}
    where is_long_acting_injectable
),

classified_code as (
    select classed_code.*, injection_code.code is not null as is_injection
    from classed_code
    left join injection_code
        on classed_code.code_system = injection_code.code_system
        and classed_code.code = injection_code.code
)

select * from classified_code
