{# Numbers of the score and the list live in seeds; these name one of them inside a model. #}

{# A number of seeds/risk/risk_setting.csv. #}
{% macro risk_setting(name) -%}
    (select value from {{ ref('risk_setting') }} where name = '{{ name }}')
{%- endmacro %}

{# The same as whole days, to be added to dates. #}
{% macro risk_setting_days(name) -%}
    (select cast(value as integer) from {{ ref('risk_setting') }} where name = '{{ name }}')
{%- endmacro %}

{# How many days back the evidence of a measure of seeds/risk/risk_weight.csv counts. #}
{% macro risk_window_days(measure) -%}
    (select max(window_days) from {{ ref('risk_weight') }} where measure = '{{ measure }}')
{%- endmacro %}

{# Whether the value of a fact is on the step of a rule: from at_least or above, up to at_most. #}
{% macro is_on_step(fact, rule) -%}
    {{ fact }}.measure = {{ rule }}.measure
    and {{ fact }}.value >= {{ rule }}.at_least
    and {{ fact }}.value > {{ rule }}.above
    and {{ fact }}.value <= {{ rule }}.at_most
{%- endmacro %}

{# The text of a reason: {value} and {date} of its template replaced by those of the row `fact`. #}
{% macro filled_reason(template) -%}
    replace(
        replace(
            {{ template }}, '{value}',
            case
                when fact.value = floor(fact.value)
                    then cast(cast(fact.value as bigint) as {{ dbt.type_string() }})
                else cast(cast(fact.value as decimal(9, 1)) as {{ dbt.type_string() }})
            end
        ),
        '{date}', cast(fact.evidence_date as {{ dbt.type_string() }})
    )
{%- endmacro %}
