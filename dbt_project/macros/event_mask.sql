{# Groups of a hospital event's diagnoses as bits: column of int_code__classified -> bit. #}
{% macro diagnosis_bits() -%}
    {{ return({
        'is_mental_principal_2024': 1, 'is_mental_principal_2025': 2, 'is_mental_any': 4, 'is_self_harm': 8,
        'is_sud': 16, 'is_overdose': 32, 'is_behavioral': 64, 'is_known': 128
    }) }}
{%- endmacro %}

{# Whether a diagnosis mask carries a group of int_code__classified. #}
{% macro has_diagnosis(mask, name) -%}
    ({{ mask }} & {{ diagnosis_bits()[name] }}) > 0
{%- endmacro %}

{# The mask of one diagnosis code, from the columns of int_code__classified. #}
{% macro diagnosis_mask() -%}
    {%- for name, bit in diagnosis_bits().items() -%}
    case when {{ name }} then {{ bit }} else 0 end{{ ' + ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# What the codes of a hospital claim say about its event, as bits: columns of int_hospital_claim__described. #}
{% macro event_setting_bits() -%}
    {{ return({
        'part2_provider': 1, 'psychiatric_inpatient': 2, 'psychiatric_place': 4, 'detox': 8, 'detox_place': 16
    }) }}
{%- endmacro %}

{# Whether the setting mask of a hospital event carries a setting. #}
{% macro has_setting(mask, name) -%}
    ({{ mask }} & {{ event_setting_bits()[name] }}) > 0
{%- endmacro %}
