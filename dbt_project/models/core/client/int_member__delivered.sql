{{ config(materialized='view') }}

{# Members of senders whose claims or beneficiary files say who they are, in place of enrollment. #}
with member as (
    {%- for sender_name in ['x12', 'cclf'] %}
    select
        'claims_{{ sender_name }}' as source,
        'claims_{{ sender_name }}' as source_scope,
        'claims_{{ sender_name }}:' || source_client_id as client_id,
        source_client_id,
        identifier_type,
        member_id,
        payer_type,
        first_name,
        middle_name,
        last_name,
        name_suffix,
        birth_date,
        gender,
        death_date,
        address,
        city,
        state,
        zip_code,
        claim_count
    from {{ ref('int_member__from_' ~ sender_name) }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
)

select * from member
