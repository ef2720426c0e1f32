with referral_record as (
    {{ client_record(
        'referral',
        day=local_date('record.created_at', 'run.time_zone'),
        happened_at='record.created_at'
    ) }}
),

run as (
    select as_of from {{ ref('int_run__as_of') }}
),

-- rules/dates-and-times.md#future-rows: a step after as_of is not known yet
referral as (
    select
        referral_record.* replace (
            {%- for step in [
                'sent', 'accepted', 'scheduled', 'attended', 'result_received', 'closed',
            ] %}
            {{ known_by_as_of('referral_record.' ~ step ~ '_at') }} as {{ step }}_at,
            {%- endfor %}
            case
                when referral_record.closed_at > run.as_of then null
                else referral_record.close_reason
            end as close_reason
        )
    from referral_record
    cross join run
),

-- rules/referrals.md#states: the furthest step reached is the status
tracked_referral as (
    select
        {{ surrogate_key(['source', 'referral_id']) }} as referral_key,
        client_key,
        referral_id,
        direction,
        domain,
        priority,
        created_at,
        record_date as created_date,
        sent_at,
        accepted_at,
        scheduled_at,
        attended_at,
        result_received_at,
        closed_at,
        close_reason,
        barrier_code,
        referred_to,
        case
            when closed_at is not null then 'closed'
            when result_received_at is not null then 'result_received'
            when attended_at is not null then 'attended'
            when scheduled_at is not null then 'scheduled'
            when accepted_at is not null then 'accepted'
            when sent_at is not null then 'sent'
            else 'created'
        end as status,
        greatest(
            created_at,
            sent_at,
            accepted_at,
            scheduled_at,
            attended_at,
            result_received_at,
            closed_at
        ) as last_status_at,
        closed_at is null as is_open,
        closed_at is not null
        and (attended_at is not null or close_reason is not null)
            as is_loop_closed,
        program_id,
        is_part2,
        received_at,
        evidence_table,
        evidence_key
    from referral
)

select * from tracked_referral
