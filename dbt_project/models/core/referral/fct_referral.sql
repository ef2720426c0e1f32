{# Longer than the budget: two thirds of it are the columns of a referral, once for each step. #}
with run as (
    select as_of, time_zone from {{ ref('int_run__as_of') }}
),

referral as (
    select * from {{ ref('stg_referrals__referral') }}
),

matched as (
    select source_client_id, client_key
    from {{ ref('int_client__matched') }}
    where source = 'ehr'
),

program as (
    select program_id, is_part2 from {{ ref('dim_program') }}
),

part2_span as (
    select * from {{ ref('int_client__part2_span') }}
),

batch as (
    select batch_id, first_received_at from {{ ref('stg_caseload__batch_order') }}
),

-- the zone meets the rows before any join: DuckDB looks it up once, not once a row
local_referral as (
    select referral.*, {{ local_date('referral.created_at', 'run.time_zone') }} as created_date
    from referral
    cross join run
),

client_referral as (
    select
        referral.*,
        matched.client_key,
        batch.first_received_at
    from local_referral as referral
    left join matched on referral.source_client_id = matched.source_client_id
    left join batch on referral._batch_id = batch.batch_id
),

known_referral as (
    select
        {{ surrogate_key(['referral.referral_id']) }} as referral_key,
        referral.client_key,
        referral.referral_id,
        referral.direction,
        referral.domain,
        referral.priority,
        referral.created_at,
        referral.created_date,
        referral.sent_at,
        referral.accepted_at,
        referral.scheduled_at,
        referral.attended_at,
        referral.result_received_at,
        referral.closed_at,
        referral.close_reason,
        referral.barrier_code,
        referral.referred_to,
        referral.program_id,
        coalesce(program.is_part2, false)
        or (program.program_id is null and part2_span.client_key is not null) as is_part2,
        referral.first_received_at as received_at,
        {{ evidence_columns('raw_referrals.referral', 'referral') }}
    from client_referral as referral
    left join program on referral.program_id = program.program_id
    left join part2_span
        on referral.client_key = part2_span.client_key
        and referral.created_date between part2_span.start_date and part2_span.end_date
    union all
    select
        referral_key,
        client_key,
        referral_id,
        direction,
        domain,
        priority,
        created_at,
        created_date,
        sent_at,
        accepted_at,
        scheduled_at,
        attended_at,
        result_received_at,
        closed_at,
        close_reason,
        cast(null as {{ dbt.type_string() }}) as barrier_code,
        referred_to,
        program_id,
        is_part2,
        received_at,
        evidence_table,
        evidence_key
    from {{ ref('int_referral__from_fhir') }}
),

-- rules/dates-and-times.md#future-rows: states after as_of are hidden, so the referral is as open
-- as it was then
visible_referral as (
    select
        known_referral.* replace (
            {%- for state in [
                'sent', 'accepted', 'scheduled', 'attended', 'result_received', 'closed',
            ] %}
            {{ known_by_as_of('known_referral.' ~ state ~ '_at') }} as {{ state }}_at,
            {%- endfor %}
            case
                when known_referral.closed_at > run.as_of then null
                else known_referral.close_reason
            end as close_reason
        )
    from known_referral
    cross join run
    where {{ happened_by_as_of('known_referral.created_at') }}
),

-- rules/referrals.md#states: the furthest step reached is the status
tracked_referral as (
    select
        referral_key,
        client_key,
        referral_id,
        direction,
        domain,
        priority,
        created_at,
        created_date,
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
    from visible_referral
)

select * from tracked_referral
