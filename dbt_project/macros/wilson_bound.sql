{#
    Bound of the Wilson 95% interval of a proportion, 0 to 1; null without a denominator. sign is - for the lower bound and
    + for the upper one. Wilson 1927; 1.959964 is the 97.5th percentile of the normal distribution.
#}
{% macro wilson_bound(numerator, denominator, sign) -%}
{%- set z = 'cast(1.959964 as ' ~ dbt.type_float() ~ ')' -%}
{%- set n = 'nullif(' ~ denominator ~ ', 0)' -%}
    cast(
        (
            {{ numerator }} + {{ z }} * {{ z }} / 2
            {{ sign }} {{ z }} * sqrt(
                {{ numerator }} * ({{ denominator }} - {{ numerator }}) / {{ n }}
                + {{ z }} * {{ z }} / 4
            )
        ) / ({{ n }} + {{ z }} * {{ z }})
        as decimal(9, 6)
    )
{%- endmacro %}
