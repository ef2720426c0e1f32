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

referral_close as (
    select referral_close.referral_id, client.client_key, referral_close.decided_at
    from {{ ref('input_referral_close') }} as referral_close
    cross join run
    inner join {{ ref('int_client__matched') }} as client
        on referral_close.client_source = client.source
        and referral_close.client_scope = client.source_scope
        and referral_close.source_client_id = client.source_client_id
    where referral_close.is_closed and {{ happened_by_as_of('referral_close.decided_at') }}
),

latest_close as (
    select referral_id, client_key, max(decided_at) as decided_at
    from referral_close
    group by referral_id, client_key
),

-- rules/returned-workbooks.md#closed-referrals: a later status of the sender opens it again
closed_referral as (
    select
        referral.* replace (
            case
                when referral.closed_at is null
                    and latest_close.decided_at >= greatest(
                        referral.created_at, referral.sent_at, referral.accepted_at,
                        referral.scheduled_at, referral.attended_at, referral.result_received_at
                    )
                    then latest_close.decided_at
                else referral.closed_at
            end as closed_at
        )
    from referral
    left join latest_close
        on referral.referral_id = latest_close.referral_id
        and referral.client_key = latest_close.client_key
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
    from closed_referral
)

select * from tracked_referral
