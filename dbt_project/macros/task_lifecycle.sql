{#
    Longer than the budget: one lifecycle serves every lane, and its possible ends are compared in one place.

    From openings to tasks: the first end of each one by as_of (rules/tasks-and-lanes.md#closing).

    opening: a CTE with task_hash, task_key, part2_view, client_key, lane, task_type, event_at, opened_at, due_at,
        expires_at, expiry_reason (close_reason of an expired task), resolved_at and resolution_reason (the lane's own
        end, where later data complete the task), retracted_at and retraction_type ('cancelled' or 'superseded'),
        evidence_table, evidence_key, is_part2, and the event: event_date, event_key, event_facility, event_setting,
        discharge_disposition_code
    answered_by_contact: whether a two-way contact after the event ends the task
    admission: 'ends' (an admission ends the task), 'pauses' (it hides the task during the stay), 'replaces' (it
        hides the task, and ends it after a discharge home, which has its own task)

    Reads no CTE of the model except the opening; ends in the CTE task.
#}
{% macro task_lifecycle(opening, answered_by_contact, admission) -%}
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

first_contact as (
    select opening.task_hash, opening.part2_view, min(contact.contacted_at) as reached_at
    from eligible_opening as opening
    inner join {{ ref('fct_contact') }} as contact
        on opening.client_key = contact.client_key
        and contact.contacted_at > opening.event_at
        and contact.contacted_at <= opening.as_of
    where {{ 'contact.is_two_way' if answered_by_contact else 'false' }}
        and (opening.part2_view = 'full' or not contact.is_part2)
    group by opening.task_hash, opening.part2_view
),

dismissal as (
    select
        contact.task_key,
        contact.client_key,
        contact.contacted_at,
        contact.outcome,
        contact.is_part2
    from {{ ref('fct_contact') }} as contact
    inner join {{ ref('contact_outcome') }} as outcome on contact.outcome = outcome.outcome
    where outcome.dismisses_task and contact.task_key is not null
),

task_dismissal as (
    select
        opening.task_hash,
        opening.part2_view,
        dismissal.contacted_at as dismissed_at,
        dismissal.outcome as dismissed_as,
        row_number() over (
            partition by opening.task_hash, opening.part2_view
            order by dismissal.contacted_at, dismissal.outcome
        ) as dismissal_rank
    from eligible_opening as opening
    inner join dismissal
        on opening.client_key = dismissal.client_key
        and opening.task_key = dismissal.task_key
        and dismissal.contacted_at between opening.opened_at and opening.as_of
    where opening.part2_view = 'full' or not dismissal.is_part2
),

first_dismissal as (
    select * from task_dismissal
    where dismissal_rank = 1
),

hospital_stay as (
    select
        opening.task_hash,
        opening.part2_view,
        min(
            {%- if admission == 'ends' %}
            case when admission.admitted_at > opening.opened_at then admission.admitted_at end
            {%- elif admission == 'replaces' %}
            case when admission.admitted_at > opening.event_at and admission.has_come_home
                then admission.admitted_at end
            {%- else %}
            cast(null as timestamp with time zone)
            {%- endif %}
        ) as readmitted_at,
        max(
            case
                when
                    admission.is_inside
                    or (
                        opening.part2_view <> 'full'
                        and admission.ended_at_without_part2 > opening.as_of
                    )
                    then admission.admitted_at
            end
        ) as inside_since
    from eligible_opening as opening
    inner join {{ ref('int_task__admission') }} as admission
        on opening.client_key = admission.client_key
        and case
            when opening.part2_view = 'full' then admission.ended_at
            else coalesce(admission.ended_at_without_part2, admission.ended_at)
        end > opening.event_at
    where (opening.part2_view = 'full' or not admission.is_part2)
        {%- if admission == 'ends' %}
        and admission.stay_class <> 'crisis'
        {%- endif %}
    group by opening.task_hash, opening.part2_view
),

possible_ending as (
    select
        opening.*,
        first_contact.reached_at,
        first_dismissal.dismissed_at,
        first_dismissal.dismissed_as,
        hospital_stay.readmitted_at,
        hospital_stay.inside_since,
        least(
            first_contact.reached_at, opening.resolved_at, first_dismissal.dismissed_at,
            opening.retracted_at, hospital_stay.readmitted_at, opening.died_at, opening.moved_at,
            opening.left_at, opening.expires_at
        ) as ended_at
    from eligible_opening as opening
    left join first_contact
        on opening.task_hash = first_contact.task_hash
        and opening.part2_view = first_contact.part2_view
    left join first_dismissal
        on opening.task_hash = first_dismissal.task_hash
        and opening.part2_view = first_dismissal.part2_view
    left join hospital_stay
        on opening.task_hash = hospital_stay.task_hash
        and opening.part2_view = hospital_stay.part2_view
),

ending as (
    select
        *,
        case
            when ended_at is null or ended_at > as_of
                then case when inside_since is not null then 'admitted' end
            when ended_at = reached_at then 'reached'
            when ended_at = resolved_at then resolution_reason
            when ended_at = dismissed_at then dismissed_as
            when ended_at = retracted_at then retraction_type
            when ended_at = readmitted_at then 'readmitted'
            when ended_at = died_at then 'died'
            when ended_at = moved_at then 'moved'
            when ended_at = left_at then 'agency_discharge'
            else expiry_reason
        end as close_reason
    from possible_ending
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
            when close_reason in ('cancelled', 'superseded') then close_reason
            when close_reason = expiry_reason and ended_at = expires_at then 'expired'
            else 'closed'
        end as status,
        case
            when close_reason = 'admitted' then greatest(opened_at, inside_since)
            when close_reason is not null then greatest(opened_at, ended_at)
        end as closed_at,
        case
            when close_reason is null then null
            when close_reason = dismissed_as and ended_at = dismissed_at then 'manual'
            when ended_at <= as_of and ended_at in (reached_at, resolved_at, retracted_at)
                then 'data'
            else 'system'
        end as closed_by,
        case close_reason
            when 'cancelled' then 'event_cancelled'
            when 'superseded' then 'event_corrected'
            else close_reason
        end as close_reason,
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
