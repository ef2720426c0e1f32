-- each status of a referral, how long it lasted, and when a barrier was first heard of
with run as (
    select as_of from {{ ref('int_run__as_of') }}
),

referral as (
    select * from {{ ref('fct_referral') }}
    where client_key is not null
),

batch as (
    select batch_id, first_received_at from {{ ref('stg_caseload__batch_order') }}
),

-- a barrier has no date of its own: the first delivery that named it, earlier versions of the row
-- included
barrier_version as (
    select version.referral_id, version.barrier_code, min(batch.first_received_at) as known_at
    from {{ source('referrals', 'referral') }} as version
    inner join batch on version._batch_id = batch.batch_id
    where version.barrier_code is not null
    group by version.referral_id, version.barrier_code
),

-- no barrier is heard of before its referral is made
reported_barrier as (
    select
        referral.referral_key,
        case
            when barrier_version.known_at < referral.created_at then referral.created_at
            else barrier_version.known_at
        end as barrier_at
    from referral
    inner join barrier_version
        on referral.referral_id = barrier_version.referral_id
        and referral.barrier_code = barrier_version.barrier_code
),

step as (
    {%- for step in [
        'created', 'sent', 'accepted', 'scheduled', 'attended', 'result_received', 'closed',
    ] %}
    select
        referral_key, {{ loop.index }} as step_order, '{{ step }}' as status,
        {{ step }}_at as status_at
    from referral
    cross join run
    where {{ step }}_at <= run.as_of
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

following_step as (
    select
        referral_key,
        step_order,
        status,
        status_at,
        lead(status_at) over in_order as next_status_at,
        lead(status) over in_order as next_status
    from step
    window in_order as (partition by referral_key order by status_at, step_order)
),

stepped as (
    select
        following_step.referral_key,
        following_step.status,
        following_step.status_at,
        following_step.next_status_at,
        following_step.next_status,
        case
            when reported_barrier.barrier_at >= following_step.status_at
                and coalesce(reported_barrier.barrier_at < following_step.next_status_at, true)
                then reported_barrier.barrier_at
        end as barrier_at,
        referral.referral_id,
        referral.client_key,
        referral.priority,
        referral.domain,
        referral.is_part2,
        referral.evidence_table,
        referral.evidence_key
    from following_step
    inner join referral on following_step.referral_key = referral.referral_key
    left join reported_barrier on referral.referral_key = reported_barrier.referral_key
    where following_step.status <> 'closed'
)

select * from stepped
