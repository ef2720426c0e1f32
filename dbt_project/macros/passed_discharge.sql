{#
    Discharges whose task passed to the next lane, with the first kept visit (rules/tasks-and-lanes.md#lane-2, #lane-6).

    passed_task: a CTE with the tasks that passed; each opens the next one when it ends
    visit_after: the column of passed_discharge after which a visit counts

    Reads the CTEs run and task_type of the model, with one task type; ends in the CTEs passed_discharge and kept_visit.
#}
{% macro passed_discharge(passed_task, visit_after) -%}
passed_discharge as (
    select
        discharge.*,
        {{ passed_task }}.closed_at as opened_at,
        task_type.lane,
        task_type.task_type as followup_type,
        task_type.due_days,
        discharge.discharge_date + task_type.expires_days as end_date,
        run.as_of,
        run.time_zone
    from {{ passed_task }}
    inner join {{ ref('int_task__followup_discharge') }} as discharge
        on {{ passed_task }}.part2_view = discharge.part2_view
        and {{ passed_task }}.client_key = discharge.client_key
        and {{ passed_task }}.event_at = discharge.discharged_at
        and {{ passed_task }}.evidence_key = discharge.evidence_key
    cross join run
    cross join task_type
),

-- without a discharge time, a visit on that day may have preceded the discharge
kept_visit as (
    select
        discharge.part2_view,
        discharge.evidence_key,
        min(visit.started_at) as kept_at
    from passed_discharge as discharge
    inner join {{ ref('fct_visit') }} as visit
        on discharge.client_key = visit.client_key
        and discharge.{{ visit_after }} < visit.started_at
        and discharge.as_of >= visit.started_at
        and (
            discharge.discharge_precision <> 'date'
            or discharge.discharge_date < visit.visit_date
        )
        and (discharge.part2_view = 'full' or not visit.is_part2)
    group by discharge.part2_view, discharge.evidence_key
)
{%- endmacro %}
