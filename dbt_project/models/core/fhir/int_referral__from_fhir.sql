with request_record as (
    {{ fhir_record(
        'ServiceRequest',
        day=local_date('coalesce(record.authored_at, record.last_updated)', 'run.time_zone'),
        happened_at='coalesce(record.authored_at, record.last_updated)',
        has_program=true
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
        delivered.referral_id,
        min(coalesce(delivered.created_at, fact.scheduled_at)) as scheduled_at,
        min(case when fact.status = 'kept' then fact.scheduled_at end) as attended_at
    from {{ ref('stg_ehr_fhir__appointment') }} as delivered
    inner join {{ ref('int_appointment__from_fhir') }} as fact
        on delivered.appointment_id = fact.appointment_id
    where delivered.referral_id is not null
    group by delivered.referral_id
),

-- what the tasks of a referral say of its way, each step as early as any of them says it
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
        -- the last refusal gives both the moment and the reason
        max(case when task.refusal_order = 1 and task.close_reason is not null
                then task.changed_at
        end) as refused_at,
        max(case when task.refusal_order = 1 then task.close_reason end) as refused_reason,
        bool_and(task.close_reason is not null) as is_refused
    from followed_task as task
    group by task.referral_id
),

-- an order of a test is no referral, unless somebody has the task of it
referral as (
    select
        {{ surrogate_key(["'ehr_fhir'", 'record.referral_id']) }} as referral_key,
        record.client_key,
        record.referral_id,
        'out' as direction,
        coalesce(code_domain.domain, category_domain.domain, 'other') as domain,
        case when record.priority in ('urgent', 'asap', 'stat') then 'urgent' else 'routine' end
            as priority,
        coalesce(record.authored_at, record.last_updated) as created_at,
        record.record_date as created_date,
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
        coalesce(record.performer_name, record.performer_id) as referred_to,
        record.program_id,
        record.is_part2,
        record.received_at,
        record.evidence_table,
        record.evidence_key
    from request_record as record
    left join tracked_request as tracked on record.referral_id = tracked.referral_id
    left join appointment on record.referral_id = appointment.referral_id
    left join domain_code as code_domain on lower(record.code) = code_domain.code
    left join domain_code as category_domain on lower(record.category_code) = category_domain.code
    where
        coalesce(record.status, 'unknown') not in ('draft', 'entered-in-error')
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
