{# Aggregate: the payer type of a client, from the spans of eligibility that insure the client at one time. #}
{% macro payer_type_of(span) -%}
case
        when bool_or({{ span }}.is_dual) then 'dual'
        when bool_or({{ span }}.payer_type = 'medicaid') and bool_or({{ span }}.payer_type = 'medicare')
            then 'dual'
        when bool_or({{ span }}.payer_type = 'medicaid') then 'medicaid'
        when bool_or({{ span }}.payer_type = 'medicare') then 'medicare'
        when bool_or({{ span }}.payer_type = 'commercial') then 'commercial'
        else 'other'
        end
{%- endmacro %}
