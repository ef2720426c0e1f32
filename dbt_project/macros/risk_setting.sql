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

{# For a fact that is not compared with anything. #}
{% macro no_comparison() -%}
    cast(null as decimal(18, 4)) as compared_value, {{ no_text('service_line') }}
{%- endmacro %}

{# A number as people read it: whole, or with one decimal. #}
{% macro number_text(value) -%}
    case
        when {{ value }} = floor({{ value }}) then {{ count_text(value) }}
        else cast(cast({{ value }} as decimal(9, 1)) as {{ dbt.type_string() }})
    end
{%- endmacro %}

{# Reason text of a rule: the names in braces replaced by the facts of the row `fact`. #}
{% macro filled_reason(template) -%}
    {{ filled_text(template, {
        'value': number_text('fact.value'),
        'before': number_text('fact.compared_value'),
        'after': number_text('fact.compared_value + fact.value'),
        'interval': interval_text('fact.compared_value'),
        'line': "coalesce(line_word.word, " ~ word_text('fact.service_line') ~ ", 'visit')",
        'date': date_text('fact.evidence_date', 'run.as_of_date'),
        'ago': ago_text('fact.evidence_date', 'run.as_of_date'),
    }) }}
{%- endmacro %}
