{# Text functions of the list. Each one wraps a function that differs between engines. #}

{# A text of seed list_text. #}
{% macro list_text(name) -%}
    (select text from {{ ref('list_text') }} where name = '{{ name }}')
{%- endmacro %}

{# Digits of a telephone number, without the country code 1; null where there are none. #}
{% macro phone_digits(phone) -%}
    {%- set digits = "regexp_replace(" ~ phone ~ ", '[^0-9]', '', 'g')" -%}
    case
        when length({{ digits }}) = 11 and left({{ digits }}, 1) = '1' then substr({{ digits }}, 2)
        else nullif({{ digits }}, '')
    end
{%- endmacro %}

{# Distinct values of a column, sorted and separated by ';'. #}
{% macro listed_texts(text) -%}
    string_agg(distinct {{ text }}, ';' order by {{ text }})
{%- endmacro %}

{# Elapsed hours between two timestamps, at least 0, with one decimal. #}
{% macro hours_past(due_at, now_at) -%}
    greatest(
        cast({{ dbt.datediff(due_at, now_at, 'second') }} / 3600.0 as decimal(9, 1)),
        cast(0 as decimal(9, 1))
    )
{%- endmacro %}
