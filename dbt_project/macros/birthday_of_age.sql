{#
    The birthday on which a patient reached an age of whole years, up to 150, as written text; null for other units or an
    incomplete date of birth. An age lasts until the next birthday: years_later=1 gives the last day before it.
#}
{% macro birthday_of_age(patient, age, years_later=0) -%}
    case
                when {{ age }}_age_unit in ('a', 'year', 'years')
                    and {{ age }}_age between 0 and 150
                    and {{ patient }}.birth_date = {{ patient }}.birth_last_date
                    then cast(
                        cast(
                            {%- if years_later %}
                            {{ dbt.dateadd('day', -1, dbt.dateadd(
                                'year',
                                'cast(floor(' ~ age ~ '_age) as integer) + ' ~ years_later,
                                patient ~ '.birth_date'
                            )) }}
                            {%- else %}
                            {{ dbt.dateadd(
                                'year', 'cast(floor(' ~ age ~ '_age) as integer)', patient ~ '.birth_date'
                            ) }}
                            {%- endif %} as date
                        ) as varchar
                    )
            end
{%- endmacro %}
