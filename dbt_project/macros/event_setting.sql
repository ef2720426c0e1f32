{#
    Setting of a stay or emergency visit: what the facility or the claim's room says, else the principal diagnosis, else
    unknown (rules/encounters-and-claims.md#event-setting). A code that nothing maps to ICD-10-CM says nothing.
    An emergency visit looks at harm in any position too: that is why the client came.
#}
{% macro event_setting(reported_setting, principal_mask, kind, any_mask='0') -%}
    case
        when {{ reported_setting }} is not null then {{ reported_setting }}
        when {{ kind }} = 'crisis' then 'psychiatric'
        when
            {{ has_diagnosis(principal_mask, 'is_mental_any') }}
            or {{ has_diagnosis(principal_mask, 'is_mental_principal_2025') }}
            or {{ has_diagnosis(any_mask, 'is_self_harm') }}
            then 'psychiatric'
        when
            {{ has_diagnosis(principal_mask, 'is_sud') }}
            or {{ has_diagnosis(any_mask, 'is_overdose') }}
            then 'substance_use'
        when {{ has_diagnosis(principal_mask, 'is_known') }} then 'medical'
        else 'unknown'
    end
{%- endmacro %}
