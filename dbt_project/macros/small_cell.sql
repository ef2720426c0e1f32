{#
    Counts that may be published (docs/suppression.md). CMS cell suppression policy (ResDAC, 2024-01-26): no cell of 1
    to 10; 0 may be shown. All published counts go through these macros.
#}
{% macro largest_small_cell() -%}10{%- endmacro %}

{# Fewest events of a period of a rate, or tasks of a period (docs/suppression.md#periods). #}
{% macro fewest_period_events() -%}30{%- endmacro %}

{#
    True where the counts of months cannot be a period. 0 is not enough: the remainder of a finished year joins its last
    period, and would make a 0 small.
#}
{% macro is_period_unsafe() -%}
    (
        denominator < {{ fewest_period_events() }}
        or numerator <= {{ largest_small_cell() }}
        or denominator - numerator <= {{ largest_small_cell() }}
    )
{%- endmacro %}

{% macro is_small(count) -%}
    ({{ count }}) between 1 and {{ largest_small_cell() }}
{%- endmacro %}

{# True where a part of a whole, the whole, or what the part leaves of it is a small count. #}
{% macro is_any_small(whole, part) -%}
    (
        {{ is_small(whole) }}
        or {{ is_small(part) }}
        or {{ is_small(whole ~ ' - ' ~ part) }}
    )
{%- endmacro %}

{#
    Words beside a count: shown, fewer than 11, or withheld to protect others. is_withheld is true where the count, even
    if it is large, would reveal another one.
#}
{% macro count_status(count, is_withheld='false') -%}
    case
        when {{ is_small(count) }} then 'fewer than {{ largest_small_cell() | int + 1 }}'
        when {{ is_withheld }} then 'withheld to protect others'
        else 'shown'
    end
{%- endmacro %}

{#
    Words beside a part of a whole. Up to twice the largest small cell, both the part and what it leaves could be small:
    "fewer than 11" would then exclude values of the other, so the words do not say which of them is small. A whole that
    is not shown hides its part with the same words.
#}
{% macro part_status(whole, part, whole_status) -%}
    case
        when {{ whole_status }} <> 'shown' then {{ whole_status }}
        when {{ is_small(part) }} and {{ whole }} > 2 * {{ largest_small_cell() }}
            then 'fewer than {{ largest_small_cell() | int + 1 }}'
        when {{ is_any_small(whole, part) }} then 'withheld to protect others'
        else 'shown'
    end
{%- endmacro %}

{#
    Measures that share events (docs/suppression.md#sister-measures). A period or group of the second measure may have
    several of the first. There, the counts of the first bound those of the second: of 16 not met by day 7, at least 2
    are met by day 30 if only 14 of all are not. `sister_margin` is what a part of the first needs to stay open: its
    rest (or, where the second is a part of the first, its met events) less 1, where the second has a small count
    there; 0 elsewhere. `is_sister_unsafe` compares the largest margin with the sums of the second.
#}
{% macro sister_margin(numerator, denominator, first_numerator, first_denominator) -%}
    case
        when {{ is_small('abs(' ~ numerator ~ ' - ' ~ first_numerator ~ ')') }}
            or {{ is_any_small(denominator, numerator) }}
            then greatest(
                case
                    when {{ numerator }} >= {{ first_numerator }}
                        then {{ first_denominator }} - {{ first_numerator }} - 1
                    else {{ first_numerator }} - 1
                end,
                0
            )
        else 0
    end
{%- endmacro %}

{% macro is_sister_unsafe() -%}
    ({{ is_small('abs(denominator - first_denominator)') }}
    or {{ is_small('abs(numerator - first_numerator)') }}
    or sister_margin > least(
        abs(numerator - first_numerator),
        case
            when numerator >= first_numerator then denominator - numerator else numerator
        end
    ))
{%- endmacro %}
