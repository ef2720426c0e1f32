with record as (
    {{ sender_record(
        'ehr_fhir', 'ServiceRequest', part2_label='record.part2_label is not null'
    ) }}
),

task as (
    select
        *,
        coalesce(ended_at, last_modified_at, last_updated, authored_at) as changed_at
    from {{ ref('stg_ehr_fhir__task') }}
    where referral_id is not null
),

task_status as (
    select * from {{ ref('fhir_referral_task_status') }}
),

domain_code as (
    select * from {{ ref('fhir_referral_domain') }}
),

appointment as (
    select
        referral_id,
        min(coalesce(created_at, scheduled_at)) as scheduled_at,
        min(case when status = 'kept' then scheduled_at end) as attended_at
    from {{ ref('input_ehr_fhir__appointment') }}
    where referral_id is not null
    group by referral_id
),

-- each step of a referral has the earliest time that any of its tasks gives
followed_task as (
    select
        task.*,
        task_status.is_accepted,
        task_status.is_fulfilled,
        task_status.close_reason,
        row_number() over (
            partition by task.referral_id
            order by
                task_status.close_reason is null, task.changed_at desc nulls last,
                task_status.close_reason
        ) as refusal_order
    from task
    inner join task_status on task.status = task_status.resource_status
),

tracked_request as (
    select
        task.referral_id,
        min(coalesce(task.authored_at, task.changed_at)) as sent_at,
        min(case when task.is_accepted
                then coalesce(task.started_at, task.changed_at)
        end) as accepted_at,
        min(case when task.is_fulfilled then task.changed_at end) as result_received_at,
        -- the last refusal gives both the time and the reason
        max(case when task.refusal_order = 1 and task.close_reason is not null
                then task.changed_at
        end) as refused_at,
        max(case when task.refusal_order = 1 then task.close_reason end) as refused_reason,
        bool_and(task.close_reason is not null) as is_refused
    from followed_task as task
    group by task.referral_id
),

-- an order of a test is a referral only where it has a task
referral as (
    select
        record.referral_id,
        'out' as direction,
        coalesce(code_domain.domain, category_domain.domain, 'other') as domain,
        case when record.priority in ('urgent', 'asap', 'stat') then 'urgent' else 'routine' end
            as priority,
        coalesce(record.authored_at, record.last_updated) as created_at,
        tracked.sent_at,
        tracked.accepted_at,
        appointment.scheduled_at,
        appointment.attended_at,
        tracked.result_received_at,
        case
            when record.status in ('completed', 'revoked')
                then coalesce(
                        tracked.result_received_at,
                        appointment.attended_at,
                        record.last_updated,
                        record.received_at
                    )
            when tracked.is_refused then tracked.refused_at
        end as closed_at,
        case
            when record.status = 'completed'
                and coalesce(appointment.attended_at, tracked.result_received_at) is not null
                then 'attended'
            when tracked.is_refused then tracked.refused_reason
            when record.status = 'revoked' then 'other'
        end as close_reason,
        cast(null as {{ dbt.type_string() }}) as barrier_code,
        coalesce(record.performer_name, record.performer_id) as referred_to,
        record.program_id,
        {{ lineage_columns('record') }}
    from record
    left join tracked_request as tracked on record.referral_id = tracked.referral_id
    left join appointment on record.referral_id = appointment.referral_id
    left join domain_code as code_domain on lower(record.code) = code_domain.code
    left join domain_code as category_domain on lower(record.category_code) = category_domain.code
    where
        coalesce(record.authored_at, record.last_updated) is not null
        and coalesce(record.status, 'unknown') not in ('draft', 'entered-in-error')
        and coalesce(record.intent, 'order') not in ('proposal', 'plan', 'option')
        and (
            tracked.referral_id is not null
            or coalesce(
                code_domain.is_referral,
                category_domain.is_referral,
                coalesce(record.code_system, '') <> 'http://loinc.org'
            )
        )
)

select * from referral
