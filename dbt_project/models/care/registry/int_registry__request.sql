{#
    How an episode of care began: the last referral to the agency and the last intake before it, and who insured the
    client on its first day.
#}
with episode as (
    select program_enrollment_key, client_key, start_date
    from {{ ref('int_care_episode__enrolled') }}
    where part2_view = 'full'
),

-- rules/registry.md#request
referral as (
    select
        episode.program_enrollment_key,
        max(referral.created_date) as referral_date
    from episode
    inner join {{ ref('fct_referral') }} as referral
        on episode.client_key = referral.client_key
        and referral.direction = 'in'
        and referral.created_date between
        episode.start_date - {{ registry_setting('request_lead_days') }} and episode.start_date
    group by episode.program_enrollment_key
),

numbered_intake as (
    select
        episode.program_enrollment_key,
        intake.first_contact_date,
        intake.initial_evaluation_at,
        row_number() over (
            partition by episode.program_enrollment_key
            order by intake.first_contact_at desc, intake.intake_key
        ) as intake_number
    from episode
    inner join {{ ref('fct_intake') }} as intake
        on episode.client_key = intake.client_key
        and intake.first_contact_date between
        episode.start_date - {{ registry_setting('request_lead_days') }} and episode.start_date
),

insured as (
    select
        episode.program_enrollment_key,
        {{ payer_type_of('span') }} as payer_type
    from episode
    inner join {{ ref('fct_eligibility') }} as span
        on episode.client_key = span.client_key
        and episode.start_date >= span.start_date
        and coalesce(episode.start_date <= span.end_date, true)
    group by episode.program_enrollment_key
),

request as (
    select
        episode.program_enrollment_key,
        referral.referral_date,
        numbered_intake.first_contact_date,
        case
            when numbered_intake.program_enrollment_key is null then null
            when numbered_intake.initial_evaluation_at is null then 'not_evaluated'
            else 'evaluated'
        end as intake_outcome,
        insured.program_enrollment_key is not null as is_insured,
        insured.payer_type
    from episode
    left join referral on episode.program_enrollment_key = referral.program_enrollment_key
    left join numbered_intake
        on episode.program_enrollment_key = numbered_intake.program_enrollment_key
        and numbered_intake.intake_number = 1
    left join insured on episode.program_enrollment_key = insured.program_enrollment_key
)

select * from request
