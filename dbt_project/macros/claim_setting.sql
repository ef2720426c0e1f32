{#
    What a code on a claim line can say about the service: the names in column `setting` of the seeds claim_* and
    provider_taxonomy, and known_taxonomy for any taxonomy code. Each is a column is_<name> of int_claim_code__classified.
#}
{% macro claim_settings() -%}
    {{ return([
        'emergency', 'emergency_place', 'accommodation', 'psychiatric_inpatient', 'detox', 'hospice', 'nonacute',
        'observation', 'follow_up_service', 'follow_up_place', 'no_follow_up_place', 'mental_health_place', 'crisis',
        'residential', 'peer_support', 'mental_health_taxonomy', 'known_taxonomy', 'inpatient_bill', 'ancillary_bill',
        'psychiatric_place', 'detox_place', 'primary_care', 'metabolic_test', 'cholesterol_test', 'opioid_medication',
        'long_acting_medication', 'substance_use_service', 'withdrawal_service', 'virtual_service',
        'prescriber_taxonomy', 'organization_taxonomy',
    ]) }}
{%- endmacro %}

{#
    Settings that describe a claim as a whole: one of its lines is enough. What must hold on one line (a follow-up visit
    with a mental-health provider) stays with the line, in int_outpatient_service__from_claims.
#}
{% macro whole_claim_settings() -%}
    {{ return([
        'emergency', 'emergency_place', 'accommodation', 'psychiatric_inpatient', 'detox', 'hospice', 'nonacute',
        'observation', 'crisis', 'residential', 'inpatient_bill', 'ancillary_bill', 'psychiatric_place', 'detox_place',
    ]) }}
{%- endmacro %}

{#
    Claim frequency as a number: 1 original, 2 to 4 interim, 5 late charges, 7 replacement, 8 void. 1 where the sender gives
    none; 9, which no rule uses, where the code is not a digit.
#}
{% macro claim_frequency(code) -%}
    case
        when {{ code }} between '0' and '9' then cast(left({{ code }}, 1) as smallint)
        when {{ code }} is null then cast(1 as smallint)
        else cast(9 as smallint)
    end
{%- endmacro %}
