with client as (
    select client_key, client_id from {{ ref('dim_client') }}
),

part2_client as (
    select distinct client_key from {{ ref('int_client__part2_origin') }}
),

recipient_view as (
    select recipient_view.*
    from {{ ref('int_client__recipient_view') }} as recipient_view
    inner join part2_client on recipient_view.client_key = part2_client.client_key
),

-- one consent for all programs is enough; otherwise each program's consent is named
consent_in_force as (
    select
        *,
        row_number() over (
            partition by client_key
            order by case when program_id is null then 0 else 1 end, start_date, consent_id
        ) as consent_rank,
        max(case when program_id is null then 1 else 0 end) over (partition by client_key)
            as has_general_consent
    from {{ ref('int_client__consented') }}
    where consent_status = 'consented'
),

deciding_consent as (
    select
        client_key,
        {{ dbt.listagg('consent_id', "';'", 'order by consent_id') }} as consent_id,
        min(purpose) as purpose,
        nullif(min(last_date), cast('9999-12-31' as date)) as last_date
    from consent_in_force
    where has_general_consent = 0 or consent_rank = 1
    group by client_key
),

recipient_consent as (
    select
        recipient_view.client_key,
        client.client_id,
        coalesce(recipient_view.care_manager_id, 'supervisors') as recipient,
        recipient_view.consent_status,
        deciding_consent.consent_id,
        deciding_consent.purpose,
        deciding_consent.last_date,
        recipient_view.part2_view
    from recipient_view
    inner join client on recipient_view.client_key = client.client_key
    left join deciding_consent on recipient_view.client_key = deciding_consent.client_key
)

select * from recipient_consent
