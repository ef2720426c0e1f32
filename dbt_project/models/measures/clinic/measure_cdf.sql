-- Screening for depression and follow-up plan, adults and adolescents, modeled on
-- rules/measures/cdf.md#event, not certified.
-- Longer than the budget: a follow-up plan can be recorded in five facts.
with

measurement_period as (
    {{ measure_period('cdf', [
        'child_minimum_age_years', 'adult_minimum_age_years', 'screening_days',
        'cdf_followup_days', 'followup_from_screening',
    ]) }}
),

-- rules/measures/cdf.md#event: any agency visit; age on the last day of the year
visit as (
    select
        visit.visit_key,
        visit.client_key,
        visit.visit_date,
        visit.started_at,
        visit.evidence_table,
        visit.evidence_key,
        period.*,
        {{ age_years('client.birth_date', 'period.end_date') }} as age_years
    from {{ ref('fct_visit') }} as visit
    inner join measurement_period as period
        on visit.visit_date between period.start_date and period.end_date
    inner join {{ ref('dim_client') }} as client
        on visit.client_key = client.client_key
        and {{ age_years('client.birth_date', 'period.end_date') }}
        >= period.child_minimum_age_years
),

-- rules/measures/cdf.md#screening: PHQ-9M is a form for adolescents
depression_form as (
    select
        form.screening_key,
        form.client_key,
        form.instrument,
        form.administered_at,
        form.administered_date,
        form.status,
        form.total_score,
        form.is_positive,
        form.evidence_table,
        form.evidence_key,
        {{ age_years('client.birth_date', 'form.administered_date') }} as form_age_years
    from {{ ref('fct_screening') }} as form
    inner join {{ ref('dim_client') }} as client on form.client_key = client.client_key
    where form.instrument in ('phq9', 'phq9m', 'phq2')
),

-- rules/measures/cdf.md#event: the first visit with a screening and its most recent screening; at
-- the same time the longer form
screened_visit as (
    select
        visit.measurement_year,
        visit.client_key,
        visit.visit_key,
        screening.screening_key,
        screening.administered_date,
        screening.is_positive,
        screening.evidence_table,
        screening.evidence_key,
        row_number() over (
            partition by visit.measurement_year, visit.client_key
            order by
                visit.started_at,
                visit.visit_key,
                screening.administered_at desc,
                screening.instrument = 'phq2',
                screening.screening_key desc
        ) as number_in_year
    from visit
    inner join depression_form as screening
        on visit.client_key = screening.client_key
        and screening.administered_date between
        {{ dbt.dateadd('day', '-visit.screening_days', 'visit.visit_date') }} and visit.visit_date
        and screening.total_score is not null
        and (
            screening.instrument <> 'phq9m'
            or screening.form_age_years < visit.adult_minimum_age_years
        )
),

first_screened_visit as (
    select * from screened_visit
    where number_in_year = 1
),

candidate_visit as (
    select
        visit.*,
        screened.screening_key,
        screened.administered_date as screening_date,
        screened.is_positive,
        screened.evidence_table as screening_table,
        screened.evidence_key as screening_row,
        row_number() over (
            partition by visit.measurement_year, visit.client_key
            order by
                screened.visit_key is null,
                visit.started_at desc,
                visit.visit_key desc
        ) as event_rank
    from visit
    left join first_screened_visit as screened on visit.visit_key = screened.visit_key
),

-- rules/measures/cdf.md#follow-up-days: from the visit, or from the screening
dated_event as (
    select
        *,
        case when followup_from_screening = 1 then screening_date else visit_date end
            as first_follow_up_date
    from candidate_visit
    where event_rank = 1
),

denominator as (
    select
        case when age_years >= adult_minimum_age_years then 'cdf_ad' else 'cdf_ch' end
            as measure_id,
        measure_version,
        measurement_year,
        'operational' as basis,
        client_key,
        visit_key as event_key,
        visit_date as event_date,
        end_date,
        first_follow_up_date,
        cast({{ dbt.dateadd('day', 'cdf_followup_days', 'first_follow_up_date') }} as date)
            as last_follow_up_date,
        -- rules/measures/cdf.md#open: through the year, and the days of a plan after it
        {{ end_of_local_day(
            "case when is_positive then greatest(end_date, "
            ~ dbt.dateadd('day', 'cdf_followup_days', 'first_follow_up_date')
            ~ ") else end_date end", 'time_zone'
        ) }} as window_closes_at,
        cast(null as varchar) as not_evaluable_reason,
        evidence_table,
        evidence_key,
        screening_key,
        screening_date,
        is_positive,
        screening_table,
        screening_row,
        screening_days
    from dated_event
),

-- rules/measures/cdf.md#exclusions: bipolar disorder before the visit; a screening that the client
-- declined, where there is none
exclusion_found as (
    select
        event.measure_id,
        event.basis,
        event.event_key,
        'bipolar' as exclusion_reason,
        entry.evidence_table,
        entry.evidence_key,
        coalesce(entry.diagnosis_date, event.event_date) as evidence_date
    from denominator as event
    inner join {{ ref('fct_diagnosis') }} as entry
        on event.client_key = entry.client_key
        and coalesce(entry.diagnosis_date < event.event_date, true)
    inner join {{ ref('int_code__classified') }} as code
        on entry.code = code.code
        and code.is_bipolar
    union all
    select
        event.measure_id,
        event.basis,
        event.event_key,
        'declined' as exclusion_reason,
        form.evidence_table,
        form.evidence_key,
        form.administered_date as evidence_date
    from denominator as event
    inner join depression_form as form
        on event.client_key = form.client_key
        and form.status = 'declined'
        and form.administered_date between
        {{ dbt.dateadd('day', '-event.screening_days', 'event.event_date') }} and event.event_date
    where event.screening_key is null
),

exclusion as (
    {{ measure_first(
        'exclusion_found', ['exclusion_reason', 'evidence_date', 'evidence_table', 'evidence_key']
    ) }}
),

follow_up_kind as (
    select * from {{ ref('depression_follow_up') }}
),

-- rules/measures/cdf.md#follow-up-plan: a repeated screening is none
follow_up_plan as (
    select
        client_key, created_date as plan_date, evidence_table, evidence_key,
        cast(null as bigint) as visit_key
    from {{ ref('fct_referral') }}
    where direction = 'out'
        and domain in (
            select code from follow_up_kind
            where kind = 'referral_domain'
        )
    union all
    select
        client_key, start_date as plan_date, evidence_table, evidence_key,
        cast(null as bigint) as visit_key
    from {{ ref('fct_medication') }}
    where not is_fill
        and medication_class in (
            select code from follow_up_kind
            where kind = 'medication_class'
        )
    union all
    select
        client_key, start_date as plan_date, evidence_table, evidence_key,
        cast(null as bigint) as visit_key
    from {{ ref('fct_treatment_plan') }}
    where status <> 'draft'
    union all
    select
        client_key, document_date as plan_date, evidence_table, evidence_key,
        cast(null as bigint) as visit_key
    from {{ ref('fct_document') }}
    where document_type in (
            select code from follow_up_kind
            where kind = 'document_type'
        )
    union all
    select client_key, visit_date as plan_date, evidence_table, evidence_key, visit_key
    from {{ ref('fct_visit') }}
    where service_line in (
            select code from follow_up_kind
            where kind = 'service_line'
        )
),

-- a negative screening needs no plan
outcome as (
    select
        measure_id,
        basis,
        event_key,
        not is_positive as is_met,
        screening_table as evidence_table,
        screening_row as evidence_key,
        screening_date as evidence_date
    from denominator
    where screening_key is not null
    union all
    select
        event.measure_id,
        event.basis,
        event.event_key,
        true as is_met,
        plan.evidence_table,
        plan.evidence_key,
        plan.plan_date as evidence_date
    from denominator as event
    cross join {{ ref('int_run__as_of') }} as run
    inner join follow_up_plan as plan
        on event.client_key = plan.client_key
        and plan.plan_date between event.first_follow_up_date and event.last_follow_up_date
        and plan.plan_date <= run.as_of_date
        and coalesce(plan.visit_key <> event.event_key, true)
    where event.is_positive
),

numerator as (
    {{ measure_first(
        'outcome', ['is_met desc', 'evidence_date', 'evidence_table', 'evidence_key']
    ) }}
),

result as (
    {{ measure_result('cdf', age_on='end_date') }}
)

select * from result
