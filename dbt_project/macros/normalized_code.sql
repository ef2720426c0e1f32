{# Codes arrive with dots, blanks, lower case or lost zeros. These macros give each kind its one spelling. #}

{# ICD-10-CM and ICD-10-PCS: upper-case, no dot. Other systems in the same column pass unharmed. #}
{% macro icd_code(code) -%}
    nullif(upper(replace(trim({{ code }}), '.', '')), '')
{%- endmacro %}

{# HCPCS, modifiers, bare procedure codes: upper-case, trimmed. #}
{% macro upper_code(code) -%}
    nullif(upper(trim({{ code }})), '')
{%- endmacro %}

{# A numeric code that lost its leading zeros on the way (revenue center, place of service, disposition). #}
{% macro padded_code(code, width) -%}
    case
        when length(trim({{ code }})) between 1 and {{ width - 1 }} then lpad(trim({{ code }}), {{ width }}, '0')
        else nullif(trim({{ code }}), '')
    end
{%- endmacro %}

{# Type of bill is three digits; many senders print a leading zero. #}
{% macro bill_type_code(code) -%}
    case
        when length(trim({{ code }})) = 4 and left(trim({{ code }}), 1) = '0' then substr(trim({{ code }}), 2)
        else nullif(trim({{ code }}), '')
    end
{%- endmacro %}

{# Digits of a code that is printed with hyphens or blanks (NDC). #}
{% macro unhyphenated_code(code) -%}
    nullif(replace(replace({{ code }}, '-', ''), ' ', ''), '')
{%- endmacro %}
