{# Distinct diagnosis codes in columns of a sender's raw tables, upper-case without a dot. columns: (table, column). #}
{% macro delivered_codes(sender, columns) -%}
    select distinct
        '{{ sender }}' as source,
        {{ icd_code('delivered.code') }} as code
    from (
        {%- for table_name, column in columns %}
        select distinct {{ column }} as code
        from {{ source(sender, table_name) }}
        where {{ column }} is not null
        {{- '\n        union all' if not loop.last }}
        {%- endfor %}
    ) as delivered
{%- endmacro %}
