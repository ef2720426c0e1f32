{#
    Code systems come under many names (seed code_system_name). A code of a record and a code of a value set are equal if
    these macros give the same system and code for both.
#}

{# The spelling of a name in the seed: lower case, without a closing slash. #}
{% macro code_system_spelling(name) -%}
    rtrim(lower(trim({{ name }})), '/')
{%- endmacro %}

{# The code system: our word, else the name itself. known: the word found in the seed, or null. #}
{% macro listed_code_system(name, known) -%}
    coalesce({{ known }}, {{ code_system_spelling(name) }})
{%- endmacro %}

{# The code: upper-case; an ICD-10-CM code without a dot. #}
{% macro listed_code(code, known) -%}
    case
            when {{ known }} = 'icd10cm' then {{ icd_code(code) }}
            else {{ upper_code(code) }}
        end
{%- endmacro %}
