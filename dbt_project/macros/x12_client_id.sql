{#
    Who an 837 is about: the number on the subscriber's card, and for a patient who is told apart from the subscriber a hash of
    the name and birth date with it. Nothing else of 837 identifies a dependent.
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
