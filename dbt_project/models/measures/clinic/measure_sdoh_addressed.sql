-- Social needs found by a screening that have a referral within 30 days
-- (rules/measures/sdoh-addressed.md#event).
{% set needs = ['food', 'housing', 'transportation', 'utilities', 'safety'] -%}
with

measurement_period as (
    {{ measure_period('sdoh_addressed', ['referral_days']) }}
),

-- rules/measures/sdoh-addressed.md#event: every need of a completed screening
need as (
    {%- for need in needs %}
    select
        '{{ need }}' as need,
        client_key,
        screening_key,
        administered_at,
        administered_date,
        program_id,
        evidence_table,
        evidence_key
    from {{ ref('fct_screening') }}
    where instrument = 'sdoh' and status = 'completed' and is_{{ need }}_need
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

screening_need as (
    select
        need.*,
        period.*,
        count(*) over (partition by need.screening_key) as need_count,
        {{ end_of_local_day(
            dbt.dateadd('day', 'period.referral_days', 'need.administered_date'),
            'period.time_zone'
        ) }} as window_closes_at
    from need
    inner join measurement_period as period
        on need.administered_date between period.start_date and period.end_date
),

denominator as (
    select distinct
        'sdoh_addressed' as measure_id,
        measure_version,
        measurement_year,
        'operational' as basis,
        client_key,
        screening_key as event_key,
        administered_date as event_date,
        window_closes_at,
        time_zone,
        cast(null as varchar) as not_evaluable_reason,
        evidence_table,
        evidence_key,
        program_id,
        cast(null as varchar) as site_id
    from screening_need
),

-- rules/measures/sdoh-addressed.md#exclusions: death within the window
exclusion as (
    {{ measure_death('denominator') }}
),

-- rules/measures/sdoh-addressed.md#referral: made by day 30, and not closed before the screening
linked_referral as (
    select
        screening_need.screening_key,
        screening_need.need_count,
        referral.created_at,
        referral.created_date,
        referral.evidence_table,
        referral.evidence_key,
        row_number() over (
            partition by screening_need.screening_key, screening_need.need
            order by referral.created_at, referral.referral_key
        ) as referral_rank
    from screening_need
    inner join {{ ref('social_need_referral') }} as need_domain
        on screening_need.need = need_domain.need
    inner join {{ ref('fct_referral') }} as referral
        on screening_need.client_key = referral.client_key
        and need_domain.referral_domain = referral.domain
        and screening_need.window_closes_at >= referral.created_at
        and coalesce(screening_need.administered_at <= referral.closed_at, true)
    where referral.direction = 'out'
),

-- every need of the screening has a referral
addressed_need as (
    select
        'sdoh_addressed' as measure_id,
        'operational' as basis,
        screening_key as event_key,
        count(*) over (partition by screening_key) = need_count as is_met,
        evidence_table,
        evidence_key,
        created_date as evidence_date,
        created_at
    from linked_referral
    where referral_rank = 1
),

-- the last of them decides
numerator as (
    {{ measure_first('addressed_need', ['created_at desc', 'evidence_table', 'evidence_key']) }}
),

result as (
    {{ measure_result('sdoh_addressed', own_place=true) }}
)

select * from result
