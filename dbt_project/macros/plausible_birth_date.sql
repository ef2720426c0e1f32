{#
    A birth date that is possible at as_of, else null: not in the future, and for a living person no earlier than
    quality_limit's oldest_age_years allows (systems write 1900-01-01 for "unknown"). Only the date is set aside: the row
    counts, and quality.fct_set_aside lists the date.

    death_date: the column that is not null for a deceased person, where the sender has one.
#}
{% macro plausible_birth_date(birth_date, death_date=none) -%}
    case
        when
            {{ birth_date }} <= (select as_of_date from {{ ref('stg_caseload__run') }})
            and (
                {{ birth_date }} > (
                    select cast({{ dbt.dateadd('year', '-1 - oldest.limit_value', 'run.as_of_date') }} as date)
                    from {{ ref('stg_caseload__run') }} as run
                    cross join {{ ref('quality_limit') }} as oldest
                    where oldest.limit_id = 'oldest_age_years'
                )
                {%- if death_date %}
                or {{ death_date }} is not null
                {%- endif %}
            )
            then {{ birth_date }}
    end
{%- endmacro %}

{# Rows of a raw table whose birth date is not plausible: staging has set the date aside. Arguments as above. #}
{% macro impossible_birth_dates(sender, table_name, birth_date, death_date=none) -%}
    select
        '{{ sender }}' as source,
        '{{ table_name }}' as source_table,
        delivered._batch_id,
        delivered._source_row
    from ({{ current_rows(sender, table_name) }}) as delivered
    where {{ birth_date }} is not null
        and ({{ plausible_birth_date(birth_date, death_date) }}) is null
{%- endmacro %}
