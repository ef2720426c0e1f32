-- rules/returned-workbooks.md#closed-referrals
with run as (
    select as_of from {{ ref('int_run__as_of') }}
),

setting as (
    select cast(value as integer) as old_days from {{ ref('task_setting') }}
    where name = 'old_referral_days'
),

client as (
    select
        client_key,
        client_id,
        trim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')) as client_name,
        care_manager_id
    from {{ ref('dim_client') }}
    where is_listable
),

old_referral as (
    select
        referral.referral_key,
        referral.referral_id,
        client.client_id,
        client.client_name,
        client.care_manager_id,
        referral.domain,
        referral.referred_to,
        referral.status,
        referral.last_status_at
    from {{ ref('fct_referral') }} as referral
    cross join run
    cross join setting
    inner join client on referral.client_key = client.client_key
    where referral.is_open
        and referral.direction = 'out'
        and not referral.is_part2
        and referral.last_status_at <= run.as_of - setting.old_days * interval '1 day'
)

select * from old_referral
