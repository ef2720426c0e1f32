{{ config(materialized='view') }}

-- a view: the lanes are stored, and a second copy of a million wide rows would cost more
with task as (
    select
        task_key,
        client_key,
        lane,
        task_type,
        opened_at,
        due_at,
        status,
        closed_at,
        closed_by,
        close_reason,
        evidence_table,
        evidence_key,
        lane_name,
        is_part2,
        event_at,
        event_date,
        event_key,
        event_facility,
        event_setting,
        discharge_disposition_code,
        expires_at,
        paused_reason,
        why_now,
        action_needed
    from {{ ref('int_task__unioned') }}
    where part2_view = 'full'
)

select * from task
