{#
    Client id of an 837 claim: the subscriber id, and for a patient other than the subscriber also a hash of name and birth
    date, because an 837 has no other identifier of a dependent.
#}
{% macro x12_client_id(claim) -%}
    case
        when {{ claim }}.has_patient_loop
            then {{ claim }}.subscriber_id || '-' || left(md5({{ joined_parts([
                'lower(' ~ claim ~ '.patient_first_name)', 'lower(' ~ claim ~ '.patient_last_name)',
                claim ~ '.patient_birth_date',
            ]) }}), 12)
        else {{ claim }}.subscriber_id
    end
{%- endmacro %}
