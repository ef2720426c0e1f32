{%- set urgent_lanes = risk_setting('max_lane_forcing_critical_tier') -%}
{%- set event_facts = {
    'when': 'when_text',
    'date': 'date_text',
    'ago': 'ago_text',
    'place': 'place_text',
    'at_place': "' at ' || named_place",
    'to': 'to_text',
    'value': 'value_text',
    'missed': 'missed_text',
    'referral': 'referral_text',
    'status': 'status_text',
    'line': 'cadence_line',
    'interval': 'interval_text',
    'ends': 'end_word',
    'was_due': 'due_word',
    'barrier': "' Barrier: ' || barrier_text || '.'",
} -%}
{%- set step_facts = {
    'barrier_step': "case when is_barrier_task then 'Barrier: ' || barrier_text || '. ' end",
    'line': 'missed_line',
    'service': "coalesce(referred_to, 'the receiving service')",
    'name': 'person_name',
    'client': "coalesce(called_name, 'the client')",
    'visit': 'visit_text',
    'rebooked': 'rebooked_text',
    'interpreter': "case when interpreter_needed then ' and interpreter' end",
} -%}

with
run as (
    select as_of_date, time_zone from {{ ref('int_run__as_of') }}
),

task_fact as (
    select * from {{ ref('int_list__task_fact') }}
),

client as (
    select client_key, called_name, interpreter_needed from {{ ref('int_list__client') }}
),

call as (
    select client_key, guardian_name, call_text, urgent_call_text, replaces_call
    from {{ ref('int_call__worded') }}
),

next_step as (
    select * from {{ ref('list_next_step') }}
),

described_task as (
    select
        task_fact.*,
        coalesce(call.guardian_name, client.called_name, 'the client') as person_name,
        call.call_text,
        call.urgent_call_text,
        call.replaces_call,
        client.interpreter_needed,
        client.called_name,
        {{ moment_text('task_fact.event_local', 'run.as_of_date') }} as when_text,
        {{ date_text('task_fact.event_date', 'run.as_of_date') }} as date_text,
        {{ ago_text('task_fact.event_date', 'run.as_of_date') }} as ago_text,
        coalesce({{ interval_text('task_fact.expected_interval_days') }}, 'more often')
            as interval_text,
        case when task_fact.event_date < run.as_of_date then 'ended' else 'ends' end as end_word,
        case when task_fact.event_date < run.as_of_date then 'was due' else 'due' end as due_word,
        task_fact.event_facility || coalesce(
            ' (' || {{ word_text('task_fact.event_setting') }} || ')', ''
        ) as named_place,
        coalesce(
            ', ' || task_fact.disposition_word, ', to ' || task_fact.discharge_disposition
        ) as to_text,
        coalesce(cast(task_fact.item_9 as {{ dbt.type_string() }}), '1 or more') as value_text,
        task_fact.missed_word || ' ' || task_fact.missed_line as missed_text,
        upper(left(task_fact.domain, 1)) || substr({{ word_text('task_fact.domain') }}, 2)
        || ' referral' || coalesce(' to ' || task_fact.referred_to, '') as referral_text,
        {{ word_text('task_fact.referral_status') }} as status_text,
        {{ word_text('task_fact.barrier_code') }} as barrier_text,
        task_fact.next_visit_line || ' '
        || {{ moment_text('task_fact.next_visit_local', 'run.as_of_date') }} as visit_text,
        {{ moment_text('task_fact.rebooked_local', 'run.as_of_date') }} as rebooked_text,
        {{ moment_text(local_timestamp('task_fact.due_at', 'run.time_zone'), 'run.as_of_date') }}
            as due_text,
        {{ local_date('task_fact.due_at', 'run.time_zone') }} <= run.as_of_date
        and {{ end_of_local_day('run.as_of_date', 'run.time_zone') }} <= task_fact.due_at
            as is_due_by_tonight,
        case
            when task_fact.overdue_hours < 48
                then {{ count_text('greatest(floor(task_fact.overdue_hours), 1)') }} || ' h'
            else {{ count_text('floor(task_fact.overdue_hours / 24)') }} || ' days'
        end as late_text
    from task_fact
    cross join run
    inner join client on task_fact.client_key = client.client_key
    left join call on task_fact.client_key = call.client_key
),

placed_task as (
    select
        *,
        coalesce(
            named_place,
            'the hospital' || coalesce(' (' || {{ word_text('event_setting') }} || ')', '')
        ) as place_text
    from described_task
),

sentence as (
    select
        task.client_key,
        task.task_key,
        {{ filled_text('task.why_now_template', event_facts) }} as why_now,
        coalesce(next_step.action_needed, task.general_action) as action_needed,
        coalesce({{ filled_text('next_step.next_step', step_facts) }}, task.general_action || '.')
            as step_text,
        case
            when not coalesce(next_step.is_call, false) then null
            when task.replaces_call and task.lane <= {{ urgent_lanes }} then task.urgent_call_text
            when task.replaces_call then task.call_text
            when task.lane > {{ urgent_lanes }} then null
            when task.is_past_due
                then {{ filled_text(list_text('call_late'), {'late': 'task.late_text'}) }}
            when task.is_due_by_tonight then {{ list_text('call_today') }}
            else {{ filled_text(list_text('call_by'), {'due': 'task.due_text'}) }}
        end as lead_text,
        case
            when not coalesce(next_step.is_call, false) or task.replaces_call then null
            when task.lane <= {{ urgent_lanes }} then task.urgent_call_text
            else task.call_text
        end as tail_text
    from placed_task as task
    left join next_step
        on task.step_kind = next_step.step_kind and task.situation = next_step.situation
),

worded_task as (
    select
        client_key,
        task_key,
        why_now,
        action_needed,
        concat_ws(' ', lead_text, step_text, tail_text) as next_step
    from sentence
)

select * from worded_task
