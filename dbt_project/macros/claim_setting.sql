{#
    A claim line can say many things at once (emergency, observation, detox …). The seeds claim_* name them; here each
    name gets its bit, so that 4.8 million lines carry one integer and a claim is one bit_or over its lines.
    New names go at the end of the list. The last five are no setting of a seed: the models set them.
#}
{% macro claim_setting_bits() -%}
    {%- set names = [
        'emergency', 'emergency_place', 'accommodation', 'psychiatric_inpatient', 'detox', 'hospice', 'nonacute',
        'observation', 'follow_up_service', 'follow_up_place', 'no_follow_up_place', 'mental_health_place', 'crisis',
        'residential', 'peer_support', 'opioid_medication', 'case_management', 'mental_health_taxonomy',
        'inpatient_bill', 'ancillary_bill', 'psychiatric_place', 'detox_place',
        'known_taxonomy', 'institutional', 'follow_up', 'payable', 'part2_provider'
    ] -%}
    {%- set bits = {} -%}
    {%- for name in names -%}
        {%- do bits.update({name: 2 ** loop.index0}) -%}
    {%- endfor -%}
    {{ return(bits) }}
{%- endmacro %}

{# Whether a mask carries a setting. #}
{% macro has_setting(mask, name) -%}
    ({{ mask }} & {{ claim_setting_bits()[name] }}) > 0
{%- endmacro %}

{# What a diagnosis says about an event, in the same way: column of int_code__classified -> bit. #}
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

{#
    The line that is shown as evidence of a claim, packed into one integer: the batch's rank in front of the record
    number. Two columns of text for millions of claims would cost more than everything else that is kept of them.
#}
{% macro claim_evidence_row(batch_rank, source_row) -%}
    {{ batch_rank }} * 10000000000 + {{ source_row }}
{%- endmacro %}

{% macro claim_batch_rank(evidence_row) -%}
    cast(floor({{ evidence_row }} / 10000000000) as bigint)
{%- endmacro %}

{# Whose lines a claim was made from, by the sender of their batch. #}
{% macro claim_evidence_table(source, evidence_row) -%}
    case {{ source }}
        when 'claims_x12' then 'raw_claims_x12.claim_line'
        when 'claims_cclf'
            then 'raw_claims_cclf.cclf' || left(lpad(cast({{ evidence_row }} % 10000000000 as {{ dbt.type_string() }}), 10, '0'), 1)
        else 'raw_claims.medical_claim'
    end
{%- endmacro %}

{# Its batch and record number; a record of CMS has its file's number in front (cclf_source_row). #}
{% macro claim_evidence_key(evidence_row, batch_id, source) -%}
    {{ batch_id }} || ':' || cast(
        case when {{ source }} = 'claims_cclf' then {{ evidence_row }} % 1000000000 else {{ evidence_row }} % 10000000000 end
        as {{ dbt.type_string() }}
    )
{%- endmacro %}

{# The last day of a claim that its follow_up_days_mask tells apart, counted from 0; later ones count as this one. #}
{% macro last_claim_day() -%}
    62
{%- endmacro %}

{#
    Claim frequency as a number: 1 original, 2 to 4 interim, 5 late charge, 7 replacement, 8 void. No digit: 9, which
    no rule knows; nothing at all: 1.
#}
{% macro claim_frequency(code) -%}
    case
        when {{ code }} between '0' and '9' then cast(left({{ code }}, 1) as smallint)
        when {{ code }} is null then cast(1 as smallint)
        else cast(9 as smallint)
    end
{%- endmacro %}
