{#
    Longer than the budget: one lifecycle serves every lane, and its possible ends are compared in one place.

    From openings to tasks: the first end of each one by as_of (rules/tasks-and-lanes.md#closing), and the pauses before
    it (rules/tasks-and-lanes.md#hospital-pause, #reported-absence), which stop the expiry and move the due time.

    opening: a CTE with task_hash, task_key, part2_view, client_key, lane, task_type, event_at, opened_at, due_at,
        expires_at, expiry_reason (close_reason of an expired task), resolved_at and resolution_reason (the lane's own
        end, where later data complete the task), retracted_at and retraction_type ('cancelled' or 'superseded'),
        evidence_table, evidence_key, is_part2, and the event: event_date, event_key, event_facility, event_setting,
        discharge_disposition_code. due_at and expires_at are those of a client who is never away; the clock of the
        expiry runs from event_at.
    answered_by_contact: whether a two-way contact after the event ends the task
    answered_by_visit: whether a kept agency visit of any service line does, too
    follows_discharge: whether the task follows up a discharge (event_at), so that the follow-up of the discharge from a
        later hospital stay supersedes it

    Reads no CTE of the model except the opening; ends in the CTE task.
#}
{% macro task_lifecycle(
    opening, answered_by_contact, answered_by_visit=false, follows_discharge=false
) -%}
task_run as (
    select as_of from {{ ref('int_run__as_of') }}
),

eligible_opening as (
    select
        {{ opening }}.*,
        task_client.died_at,
        task_client.moved_at,
        task_client.left_at,
        task_run.as_of
    from {{ opening }}
    cross join task_run
    inner join {{ ref('int_task__client') }} as task_client
        on {{ opening }}.client_key = task_client.client_key
        and {{ opening }}.part2_view = task_client.part2_view
    -- a client who died or left before the event gets no task
    where {{ opening }}.opened_at <= task_run.as_of
        and coalesce({{ opening }}.opened_at < task_client.died_at + interval '1 day', true)
        and coalesce({{ opening }}.opened_at <= task_client.left_at, true)
),

-- rules/tasks-and-lanes.md#contact
reach as (
    select client_key, contacted_at as reached_at, is_part2
    from {{ ref('fct_contact') }}
    where {{ 'is_two_way' if answered_by_contact else 'false' }}
    {%- if answered_by_visit %}
    union all
    select client_key, started_at as reached_at, is_part2
    from {{ ref('fct_visit') }}
    {%- endif %}
),

first_reach as (
    select opening.task_hash, opening.part2_view, min(reach.reached_at) as reached_at
    from eligible_opening as opening
    inner join reach
        on opening.client_key = reach.client_key
        and opening.event_at < reach.reached_at
        and opening.as_of >= reach.reached_at
    where opening.part2_view = 'full' or not reach.is_part2
    group by opening.task_hash, opening.part2_view
),

{% if follows_discharge -%}
next_discharge as (
    select opening.task_hash, opening.part2_view, min(discharge.discharged_at) as superseded_at
    from eligible_opening as opening
    inner join {{ ref('int_task__followup_discharge') }} as discharge
        on opening.client_key = discharge.client_key
        and opening.part2_view = discharge.part2_view
        and discharge.discharged_at > opening.event_at
        and discharge.discharged_at <= opening.as_of
    where discharge.task_type = 'discharge_inpatient'
        and discharge.retracted_at is null
    group by opening.task_hash, opening.part2_view
),

{% endif -%}
-- every end but the expiry, which depends on the pauses before it
possible_ending as (
    select
        opening.*,
        first_reach.reached_at,
        {{ 'next_discharge.superseded_at' if follows_discharge
            else 'cast(null as timestamp with time zone)' }} as superseded_at,
        least(
            first_reach.reached_at, opening.resolved_at, opening.retracted_at,
            {{ 'next_discharge.superseded_at, ' if follows_discharge }}
            opening.died_at, opening.moved_at, opening.left_at
        ) as settled_at
    from eligible_opening as opening
    left join first_reach
        on opening.task_hash = first_reach.task_hash
        and opening.part2_view = first_reach.part2_view
    {%- if follows_discharge %}
    left join next_discharge
        on opening.task_hash = next_discharge.task_hash
        and opening.part2_view = next_discharge.part2_view
    {%- endif %}
),

overlapping_pause as (
    select
        opening.task_hash,
        opening.part2_view,
        opening.as_of,
        opening.expires_at,
        opening.settled_at,
        greatest(pause.started_at, opening.event_at) as started_at,
        pause.ended_at,
        pause.return_due_at,
        pause.paused_reason,
        {{ dbt.datediff(
            'greatest(pause.started_at, opening.event_at)',
            'least(pause.ended_at, opening.as_of)',
            'second',
        ) }} as paused_seconds
    from possible_ending as opening
    inner join {{ ref('int_task__pause') }} as pause
        on opening.client_key = pause.client_key
        and opening.part2_view = pause.part2_view
        and opening.event_at < pause.ended_at
        and opening.as_of >= pause.started_at
),

counted_pause as (
    select
        *,
        {{ dbt.dateadd(
            'second',
            'coalesce(sum(paused_seconds) over earlier, 0)',
            'expires_at',
        ) }} as would_expire_at
    from overlapping_pause
    window earlier as (
        partition by task_hash, part2_view
        order by started_at
        rows between unbounded preceding and 1 preceding
    )
),

-- a pause that begins at the expiry or later comes too late
task_clock as (
    select
        task_hash,
        part2_view,
        sum(paused_seconds) as paused_seconds,
        max(case when coalesce(ended_at < settled_at, true) then return_due_at end)
            as return_due_at,
        max(paused_reason) as paused_reason
    from counted_pause
    where coalesce(started_at < would_expire_at, true)
    group by task_hash, part2_view
),

timed_task as (
    select
        possible_ending.* exclude (due_at, expires_at),
        greatest(possible_ending.due_at, task_clock.return_due_at) as due_at,
        {{ dbt.dateadd(
            'second', 'coalesce(task_clock.paused_seconds, 0)', 'possible_ending.expires_at'
        ) }} as expires_at,
        task_clock.paused_reason
    from possible_ending
    left join task_clock
        on possible_ending.task_hash = task_clock.task_hash
        and possible_ending.part2_view = task_clock.part2_view
),

ended_task as (
    select *, least(settled_at, expires_at) as ended_at from timed_task
),

ending as (
    select
        *,
        case
            when ended_at is null or ended_at > as_of then null
            when ended_at = reached_at then 'reached'
            when ended_at = resolved_at then resolution_reason
            when ended_at = retracted_at
                then case retraction_type when 'cancelled' then 'event_cancelled'
                    else 'event_corrected'
                end
            when ended_at = superseded_at then 'new_discharge'
            when ended_at = died_at then 'died'
            when ended_at = moved_at then 'moved'
            when ended_at = left_at then 'agency_discharge'
            else expiry_reason
        end as close_reason
    from ended_task
),

task as (
    select
        task_key,
        part2_view,
        client_key,
        lane,
        task_type,
        opened_at,
        due_at,
        expires_at,
        case
            when close_reason is null then 'open'
            when close_reason = 'event_cancelled' then 'cancelled'
            when close_reason in ('event_corrected', 'new_discharge') then 'superseded'
            when close_reason = expiry_reason and ended_at = expires_at then 'expired'
            else 'closed'
        end as status,
        case when close_reason is null then paused_reason end as paused_reason,
        case when close_reason is not null then greatest(opened_at, ended_at) end as closed_at,
        case
            when close_reason is null then null
            when ended_at in (reached_at, resolved_at, retracted_at, superseded_at) then 'data'
            else 'system'
        end as closed_by,
        close_reason,
        evidence_table,
        evidence_key,
        is_part2,
        event_at,
        event_date,
        event_key,
        event_facility,
        event_setting,
        discharge_disposition_code
    from ending
)
{%- endmacro %}
