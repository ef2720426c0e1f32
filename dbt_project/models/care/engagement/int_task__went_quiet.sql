with run as (
    select * from {{ ref('int_run__as_of') }}
),

task_type as (
    select * from {{ ref('task_type') }}
    where task_type = 'went_quiet'
),

client as (
    select client_key, client_id from {{ ref('dim_client') }}
),

silence as (
    select * from {{ ref('int_task__quiet_client') }}
),

-- contacts at the same time give one evidence row
contact as (
    select
        silence.part2_view, silence.client_key, silence.contacted_at, contact.contact_key,
        contact.is_part2, contact.evidence_table, contact.evidence_key,
        row_number() over (
            partition by silence.part2_view, silence.client_key, silence.contacted_at
            order by contact.is_part2, contact.evidence_table, contact.evidence_key
        ) as contact_rank
    from silence
    inner join {{ ref('fct_contact') }} as contact
        on silence.client_key = contact.client_key
        and silence.contacted_at = contact.contacted_at
    where contact.is_two_way and (silence.part2_view = 'full' or not contact.is_part2)
),

quiet_client as (
    select
        silence.*,
        client.client_id,
        contact.contact_key,
        contact.is_part2,
        contact.evidence_table,
        contact.evidence_key
    from silence
    inner join client on silence.client_key = client.client_key
    inner join contact
        on silence.client_key = contact.client_key
        and silence.part2_view = contact.part2_view
        and silence.contacted_at = contact.contacted_at
        and contact.contact_rank = 1
),

opening as (
    select
        {{ task_identity(["'6'", "'quiet'", 'quiet.client_id', 'quiet.contacted_at']) }},
        quiet.part2_view,
        quiet.client_key,
        task_type.lane,
        task_type.task_type,
        quiet.contacted_at as event_at,
        quiet.opened_at,
        {{ local_days_later('quiet.opened_at', 'task_type.due_days', 'run.time_zone') }} as due_at,
        quiet.expires_at,
        'expired' as expiry_reason,
        quiet.next_step_at as resolved_at,
        'next_step' as resolution_reason,
        {{ no_retraction() }},
        quiet.evidence_table,
        quiet.evidence_key,
        quiet.is_part2,
        quiet.contacted_date as event_date,
        quiet.contact_key as event_key,
        {{ no_facility() }}
    from quiet_client as quiet
    cross join run
    cross join task_type
),

{{ task_lifecycle('opening', answered_by_contact=true) }}

select * from task
