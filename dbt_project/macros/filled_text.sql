{# A text with the names of facts in braces replaced by the facts; a fact that is not known is left out. #}
{% macro filled_text(template, facts) -%}
    {%- set filled = namespace(text=template) -%}
    {%- for name, fact in facts.items() -%}
        {%- set filled.text = "replace(" ~ filled.text ~ ", '{" ~ name ~ "}', coalesce(" ~ fact ~ ", ''))" -%}
    {%- endfor -%}
    {{ filled.text }}
{%- endmacro %}

{# A telephone number as people read it: `(555) 010-0001`, else its digits. #}
{% macro phone_text(digits) -%}
    case
        when length({{ digits }}) = 10
            then '(' || substr({{ digits }}, 1, 3) || ') ' || substr({{ digits }}, 4, 3)
                || '-' || substr({{ digits }}, 7, 4)
        else {{ digits }}
    end
{%- endmacro %}

{# A code as words: `substance_use` becomes `substance use`. #}
{% macro word_text(code) -%}
    replace({{ code }}, '_', ' ')
{%- endmacro %}

{# A whole number as text. #}
{% macro count_text(number) -%}
    cast(cast({{ number }} as integer) as {{ dbt.type_string() }})
{%- endmacro %}
