{# A number of seed risk_setting. #}
{% macro risk_setting(name) -%}
    (select value from {{ ref('risk_setting') }} where name = '{{ name }}')
{%- endmacro %}

{# A number of seed risk_setting as an integer, for date arithmetic. #}
{% macro risk_setting_days(name) -%}
    (select cast(value as integer) from {{ ref('risk_setting') }} where name = '{{ name }}')
{%- endmacro %}

{# Days for which evidence of a measure counts (seed risk_weight). #}
{% macro risk_window_days(measure) -%}
    (select max(window_days) from {{ ref('risk_weight') }} where measure = '{{ measure }}')
{%- endmacro %}

{# Whether the value of a fact is within a rule's bounds: from at_least or above, to at_most or below. #}
{% macro is_on_step(fact, rule) -%}
    {{ fact }}.measure = {{ rule }}.measure
    and {{ fact }}.value >= {{ rule }}.at_least
    and {{ fact }}.value > {{ rule }}.above
    and {{ fact }}.value <= {{ rule }}.at_most
    and {{ fact }}.value < {{ rule }}.below
{%- endmacro %}

{# Reason text: {value} and {date} of the template replaced by those of the row `fact`. #}
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
