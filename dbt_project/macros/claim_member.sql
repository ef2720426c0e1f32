{#
    Entities of the members that a sender knows from claims, from its input_<sender>__person. Such a sender has no roster, no
    phone numbers and no wishes about contact.
#}

{# Columns of input_person that claims do not have. #}
{% macro columns_not_in_claims() -%}
    {{ no_text(
        'merged_into_client_id', 'preferred_name', 'race', 'ethnicity', 'language', 'phone', 'phone_2', 'guardian_name',
        'guardian_phone', 'housing_status', 'site_id', 'status', 'ssn_last4'
    ) }},
    {%- for column in [
        'interpreter_needed', 'ok_to_call', 'ok_to_leave_message', 'ok_to_text', 'ok_to_mail', 'is_confidential_minor',
    ] %}
    cast(null as boolean) as {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{# Identifiers of one type (medicaid, medicare), for input_<sender>__person_identifier. #}
{% macro claim_member_identifier(sender, identifier_type) -%}
    select
        source,
        client_scope,
        source_client_id,
        '{{ identifier_type }}' as identifier_type,
        {{ identifier_type }}_id as identifier,
        birth_date,
        cast(null as {{ dbt.type_string() }}) as last_name
    from {{ ref('input_' ~ sender ~ '__person') }}
    where {{ identifier_type }}_id is not null
{%- endmacro %}

{# Reported deaths, for input_<sender>__death. #}
{% macro claim_member_death(sender) -%}
    select
        source,
        client_scope,
        source_client_id,
        death_date,
        'payer' as death_basis,
        cast(null as timestamp with time zone) as event_at
    from {{ ref('input_' ~ sender ~ '__person') }}
    where death_date is not null
{%- endmacro %}

{#
    Reported demographics, for input_<sender>__person_report: each member, and before it every birth date of the CTE
    reported_birth_date (source_client_id, birth_date).
#}
{% macro claim_member_report(sender) -%}
    select
        '{{ sender }}' as source,
        '{{ sender }}' as client_scope,
        source_client_id,
        first_name,
        last_name,
        name_suffix,
        birth_date,
        sex,
        {{ no_text('phone') }},
        address,
        zip_code,
        {{ no_text('ssn_last4') }},
        medicaid_id,
        medicare_id,
        row_number() over (order by is_latest, source_client_id, birth_date) as report_sequence
    from (
        select
            source_client_id, first_name, last_name, name_suffix, birth_date, sex, address,
            zip_code, medicaid_id, medicare_id, true as is_latest
        from {{ ref('input_' ~ sender ~ '__person') }}
        union all
        select
            source_client_id, null, null, null, birth_date, null, null, null, null, null, false
        from reported_birth_date
    ) as report
{%- endmacro %}
