with referral as (
    select * from {{ ref('fct_referral') }}
    where client_key is not null and direction = 'out'
),

barrier as (
    select
        {{ surrogate_key(['source', 'referral_id']) }} as referral_key,
        barrier_code,
        reported_at
    from {{ ref('input_referral_barrier') }}
),

-- a barrier is dated by the delivery that first named it, but not before its referral was made
reported_barrier as (
    select
        referral.referral_key,
        case
            when barrier.reported_at < referral.created_at then referral.created_at
            else barrier.reported_at
        end as barrier_at
    from referral
    inner join barrier
        on referral.referral_key = barrier.referral_key
        and referral.barrier_code = barrier.barrier_code
),

step as (
    {%- for step in [
        'created', 'sent', 'accepted', 'scheduled', 'attended', 'result_received', 'closed',
    ] %}
    select
        referral_key, {{ loop.index }} as step_order, '{{ step }}' as status,
        {{ step }}_at as status_at
    from referral
    where {{ step }}_at is not null
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
