with
run as (
    select * from {{ ref('int_run__as_of') }}
),

recipient_view as (
    select * from {{ ref('int_client__recipient_view') }}
),

recipient as (
    select client_key, covering_for_staff_id from {{ ref('int_client__recipient') }}
),

client as (
    select * from {{ ref('dim_client') }}
),

tiered as (
    select * from {{ ref('int_risk__tiered') }}
),

referral as (
    select * from {{ ref('fct_referral') }}
    where is_open
),

document as (
    select * from {{ ref('fct_document') }}
    where document_type = 'safety_plan'
),

-- Part 2 documents alone do not show that the agency sends documents
document_feed as (
    select count(*) > 0 as has_document from {{ ref('fct_document') }}
    where not is_part2
),

open_referral as (
    select
        referral.client_key,
        cast(count(*) as integer) as open_referral_count,
        {{ listed_texts('referral.barrier_code') }} as barriers
    from referral
    inner join recipient_view on referral.client_key = recipient_view.client_key
    where recipient_view.part2_view = 'full' or not referral.is_part2
    group by referral.client_key
),

safety_plan as (
    select distinct document.client_key
    from document
    cross join run
    inner join recipient_view on document.client_key = recipient_view.client_key
    where document.document_at <= run.as_of
        and (document.expires_date is null or document.expires_date >= run.as_of_date)
        and (recipient_view.part2_view = 'full' or not document.is_part2)
),

listed_client as (
    select
        recipient_view.client_key,
        recipient_view.part2_view,
        recipient_view.is_part2_permitted,
        -- none, revoked and expired would reveal that Part 2 records exist
        case when recipient_view.consent_status = 'consented' then 'consented' else 'not_needed' end
            as consent_status,
        recipient_view.care_manager_id,
        recipient.covering_for_staff_id,
        client.client_id,
        coalesce(nullif(trim(client.preferred_name), ''), client.first_name) as called_name,
        trim(
            coalesce(nullif(trim(client.preferred_name), ''), client.first_name, '')
            || ' ' || coalesce(client.last_name, '')
        ) as client_name,
        client.birth_date,
        client.age_years,
        client.ok_to_leave_message,
        client.ok_to_text,
        client.language,
        client.interpreter_needed,
        tiered.tier,
        tiered.tier_rank,
        tiered.risk_score,
        coalesce(open_referral.open_referral_count, 0) as open_referral_count,
        open_referral.barriers,
        case when document_feed.has_document then safety_plan.client_key is not null end
            as safety_plan_on_file
    from recipient_view
    inner join client on recipient_view.client_key = client.client_key
    inner join recipient on recipient_view.client_key = recipient.client_key
    inner join tiered
        on recipient_view.client_key = tiered.client_key
        and recipient_view.part2_view = tiered.part2_view
    cross join document_feed
    left join open_referral on recipient_view.client_key = open_referral.client_key
    left join safety_plan on recipient_view.client_key = safety_plan.client_key
)

select * from listed_client
