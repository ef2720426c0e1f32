with run as (
    select * from {{ ref('int_run__as_of') }}
),

task as (
    select * from {{ ref('int_list__task') }}
    where hidden_reason is null
),

client as (
    select * from {{ ref('int_list__client') }}
),

engagement as (
    select client_key, part2_view, last_contact_at from {{ ref('int_engagement__by_part2_view') }}
),

-- rules/tasks-and-lanes.md#list-order: an unworked task moves forward within its group; the risk
-- score does not change
waiting_task as (
    select
        task.*,
        client.care_manager_id,
        client.covering_for_staff_id is not null as is_covered,
        client.tier_rank,
        client.risk_score + least(
            floor(
                (run.as_of_date - greatest(
                    task.opened_date,
                    {{ local_date('engagement.last_contact_at', 'run.time_zone') }}
                ))
                / {{ risk_setting('aging_days') }}
            ) * {{ risk_setting('aging_points') }},
            {{ risk_setting('aging_cap') }}
        ) as aged_score,
        case when task.worklist_group = 'F' then task.waiting_since end as oldest_first,
        md5(client.client_id) as stable_hash
    from task
    cross join run
    inner join client on task.client_key = client.client_key
    left join engagement
        on client.client_key = engagement.client_key
        and client.part2_view = engagement.part2_view
),

-- the order inside a client; group F is only ordered by age
ordered_task as (
    select
        *,
        row_number() over (partition by client_key order by {{ list_order() }}) as first_choice
    from waiting_task
),

-- rules/tasks-and-lanes.md#old-referrals: the three oldest of a list; the others wait
old_referral_client as (
    select
        client_key,
        {{ old_referral_rank() }} as age_rank
    from ordered_task
    where first_choice = 1 and worklist_group = 'F'
),

listed_task as (
    select
        task.*,
        row_number() over (
            partition by task.client_key order by {{ list_order('task') }}
        ) as urgency
    from waiting_task as task
    left join old_referral_client on task.client_key = old_referral_client.client_key
    where task.worklist_group <> 'F'
        or old_referral_client.client_key is null
        or old_referral_client.age_rank <= {{ list_setting('old_referrals_listed') }}
)

select * from listed_task
