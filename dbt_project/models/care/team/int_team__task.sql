with recipient as (
    select client_key, recipient_staff_id, covering_for_staff_id
    from {{ ref('int_client__recipient') }}
),

supervisor_view as (
    select client_key, part2_view from {{ ref('int_client__supervisor_view') }}
),

client as (
    select client_key, client_id from {{ ref('dim_client') }}
),

task as (
    select
        shown_task.*,
        recipient.recipient_staff_id as care_manager_id,
        recipient.covering_for_staff_id is not null as is_covered,
        md5(client.client_id) as stable_hash
    from {{ ref('int_list__shown_task') }} as shown_task
    inner join supervisor_view
        on shown_task.client_key = supervisor_view.client_key
        and shown_task.part2_view = supervisor_view.part2_view
    inner join recipient on shown_task.client_key = recipient.client_key
    inner join client on shown_task.client_key = client.client_key
),

first_task as (
    select
        client_key,
        care_manager_id,
        is_covered,
        stable_hash,
        min(worklist_group) as first_group,
        min(case when worklist_group = 'F' then waiting_since end) as oldest_first
    from task
    where hidden_reason is null
    group by client_key, care_manager_id, is_covered, stable_hash
),

old_referral_client as (
    select client_key, {{ old_referral_rank() }} as age_rank from first_task
    where first_group = 'F'
),

team_task as (
    select
        task.*,
        case
            when task.hidden_reason is not null then task.hidden_reason
            when task.worklist_group <> 'F'
                or old_referral_client.client_key is null
                or old_referral_client.age_rank <= {{ list_setting('old_referrals_listed') }}
                then 'listed'
            else 'waiting'
        end as list_state
    from task
    left join old_referral_client on task.client_key = old_referral_client.client_key
)

select * from team_task
