-- Initiation and engagement of substance-use treatment, modeled on rules/measures/iet.md#episode,
-- not certified. Longer than the budget: one list of contacts is episode, history and treatment.
{%- set cohorts = {
    'alcohol': 'is_aud_any', 'opioid': 'is_oud_any', 'other_drug': 'is_other_drug_any',
} %}
with

measurement_period as (
    {{ measure_period('iet', [
        'minimum_age_years', 'first_intake_month', 'first_intake_day', 'last_intake_month',
        'last_intake_day', 'history_days', 'initiation_days', 'first_engagement_day',
        'engagement_days', 'engagement_services', 'enrollment_days', 'claims_runout_days',
    ]) }}
),

intake_period as (
    select
        *,
        make_date(measurement_year - 1, first_intake_month, first_intake_day) as first_intake_date,
        make_date(measurement_year, last_intake_month, last_intake_day) as last_intake_date,
        initiation_days + engagement_days as last_day
    from measurement_period
),

-- all days that an episode of the year looks at, from its history through its engagement
contact_period as (
    select
        * replace (
            cast({{ dbt.dateadd('day', '-history_days', 'first_intake_date') }} as date)
                as start_date,
            cast({{ dbt.dateadd('day', 'last_day', 'last_intake_date') }} as date) as end_date
        ),
        end_date as last_year_date
    from intake_period
),

stay as (
    {{ measure_stay('contact_period') }}
),

ed_visit as (
    {{ measure_ed_visit('contact_period') }}
),

-- rules/measures/iet.md#contact: a claim's services of one day are one contact
service as (
    select
        basis,
        client_key,
        service_date,
        evidence_table,
        evidence_key,
        min(service_key) as contact_key,
        {%- for has_diagnosis in cohorts.values() %}
        bool_or({{ has_diagnosis }}) as {{ has_diagnosis }},
        {%- endfor %}
        not bool_and(is_withdrawal_service) as is_treatment
    from {{ ref('fct_outpatient_service') }}
    where is_sud_any and not is_emergency
    group by basis, client_key, service_date, evidence_table, evidence_key
),

contact as (
    select
        service.basis,
        period.measurement_year,
        service.client_key,
        service.contact_key,
        case when service.is_treatment then 'visit' else 'detox' end as kind,
        service.service_date as first_date,
        service.service_date as last_date,
        service.is_treatment,
        {%- for has_diagnosis in cohorts.values() %}
        service.{{ has_diagnosis }},
        {%- endfor %}
        service.evidence_table,
        service.evidence_key
    from service
    inner join contact_period as period
        on service.service_date between period.start_date and period.end_date
    union all
    select
        basis,
        measurement_year,
        client_key,
        stay_key as contact_key,
        case
            when stay_class = 'crisis' then 'emergency'
            when is_detox then 'detox'
            when stay_class = 'observation' then 'visit'
            else 'stay'
        end as kind,
        admit_date as first_date,
        discharge_date as last_date,
        stay_class <> 'crisis' and not is_detox as is_treatment,
        {{ cohorts.values() | join(', ') }},
        evidence_table,
        evidence_key
    from stay
    where is_sud_any
    union all
    select
        basis,
        measurement_year,
        client_key,
        ed_visit_key as contact_key,
        'emergency' as kind,
        visit_date as first_date,
        visit_date as last_date,
        false as is_treatment,
        {{ cohorts.values() | join(', ') }},
        evidence_table,
        evidence_key
    from ed_visit
    where is_sud_any and not became_inpatient
),

-- rules/measures/iet.md#treatment: contacts, and medications dispensed or administered
treatment as (
    select
        basis,
        measurement_year,
        client_key,
        contact_key,
        first_date,
        last_date,
        false as is_long_acting,
        evidence_table,
        evidence_key
    from contact
    where is_treatment
    union all
    select
        medication.basis,
        period.measurement_year,
        medication.client_key,
        cast(null as bigint) as contact_key,
        medication.medication_date as first_date,
        medication.medication_date as last_date,
        medication.is_long_acting,
        medication.evidence_table,
        medication.evidence_key
    from {{ ref('int_sud_medication__dated') }} as medication
    inner join contact_period as period
        on medication.medication_date between period.start_date and period.end_date
),

-- rules/measures/iet.md#episode: a stay counts on the day of its discharge
candidate as (
    select
        contact.*,
        contact.last_date as event_date,
        contact.contact_key as event_key,
        case contact.kind
            when 'emergency' then 1 when 'detox' then 2 when 'stay' then 3 else 4
        end as same_day_order,
        period.* exclude (measurement_year),
        client.death_date
    from contact
    inner join contact_period as period
        on contact.measurement_year = period.measurement_year
        and contact.last_date between period.first_intake_date and period.last_intake_date
    inner join {{ ref('dim_client') }} as client
        on contact.client_key = client.client_key
        and {{ age_years('client.birth_date', 'contact.last_date') }} >= period.minimum_age_years
),

-- rules/measures/iet.md#history: no treatment on the days before the contact
known_candidate as (
    select distinct candidate.basis, candidate.measurement_year, candidate.event_key
    from candidate
    inner join treatment
        on candidate.basis = treatment.basis
        and candidate.measurement_year = treatment.measurement_year
        and candidate.client_key = treatment.client_key
        and treatment.first_date < candidate.first_date
        and {{ dbt.datediff(
            'coalesce(treatment.last_date, candidate.first_date)', 'candidate.first_date', 'day'
        ) }} <= candidate.history_days
),

new_candidate as (
    select candidate.*, 'iet' as measure_id
    from candidate
    left join known_candidate
        on candidate.basis = known_candidate.basis
        and candidate.measurement_year = known_candidate.measurement_year
        and candidate.event_key = known_candidate.event_key
    where known_candidate.event_key is null
),

first_candidate as (
    {{ measure_spaced('new_candidate', 'event_date', 'history_days', 'same_day_order') }}
),

episode as (
    select
        candidate.* exclude (measure_id),
        candidate.is_aud_any or candidate.is_oud_any as has_medication_treatment,
        cast({{ dbt.dateadd(
            'day', '-candidate.history_days', 'candidate.first_date'
        ) }} as date) as first_enrolled_date,
        cast({{ dbt.dateadd('day', 'candidate.enrollment_days', 'candidate.event_date') }} as date)
            as last_enrolled_date
    from new_candidate as candidate
    inner join first_candidate
        on candidate.basis = first_candidate.basis
        and candidate.event_key = first_candidate.event_key
),

enrolled_episode as (
    {{ measure_enrolled('episode', 'first_enrolled_date', 'last_enrolled_date') }}
),

-- each rate has its own window
rated_episode as (
    select *, 'iet_initiation' as measure_id, initiation_days as rate_days from episode
    union all
    select *, 'iet_engagement' as measure_id, last_day as rate_days from episode
),

-- rules/measures/iet.md#enrollment: from the history through day 47, without a gap
denominator as (
    select
        episode.*,
        {{ measure_window_end('episode', 'event_date', 'rate_days') }} as window_closes_at,
        case
            when episode.basis = 'reporting' and enrolled_episode.event_key is null
                then 'coverage_gap'
        end as not_evaluable_reason
    from rated_episode as episode
    left join enrolled_episode on episode.event_key = enrolled_episode.event_key
),

-- rules/measures/iet.md#exclusions: death or hospice from the first day of intake through December
exclusion_found as (
    select
        measure_id,
        basis,
        event_key,
        'death' as exclusion_reason,
        evidence_table,
        evidence_key,
        event_date as evidence_date
    from denominator
    where death_date between first_intake_date and last_year_date
    union all
    {{ measure_hospice_stay('denominator', 'stay', 'first_intake_date', 'last_year_date') }}
),

exclusion as (
    {{ measure_first(
        'exclusion_found', ['exclusion_reason', 'evidence_date', 'evidence_table', 'evidence_key']
    ) }}
),

-- rules/measures/iet.md#initiation: an inpatient stay is its own; else treatment on day 0 to 14,
-- not the contact of the diagnosis itself
initiation_found as (
    select
        'iet_initiation' as measure_id,
        basis,
        measurement_year,
        client_key,
        event_key,
        first_engagement_day,
        engagement_days,
        engagement_services,
        has_medication_treatment,
        evidence_table,
        evidence_key,
        event_date as evidence_date
    from episode
    where kind = 'stay'
    union all
    select
        'iet_initiation' as measure_id,
        episode.basis,
        episode.measurement_year,
        episode.client_key,
        episode.event_key,
        episode.first_engagement_day,
        episode.engagement_days,
        episode.engagement_services,
        episode.has_medication_treatment,
        treatment.evidence_table,
        treatment.evidence_key,
        treatment.first_date as evidence_date
    from episode
    inner join treatment
        on episode.basis = treatment.basis
        and episode.measurement_year = treatment.measurement_year
        and episode.client_key = treatment.client_key
        and coalesce(treatment.contact_key <> episode.event_key, episode.has_medication_treatment)
        and {{ dbt.datediff('episode.event_date', 'treatment.first_date', 'day') }}
        between 0 and episode.initiation_days
),

initiation as (
    {{ measure_first('initiation_found', ['evidence_date', 'evidence_table', 'evidence_key']) }}
),

-- rules/measures/iet.md#engagement: on day 1 to 34 after the initiation, each contact once
-- (the initiation has its episode's columns: a third relation here can end in a cross product)
engagement_service as (
    select
        initiation.basis,
        initiation.event_key,
        initiation.engagement_services,
        treatment.first_date as evidence_date,
        treatment.evidence_table,
        treatment.evidence_key,
        bool_or(treatment.is_long_acting) as is_long_acting
    from initiation
    inner join treatment
        on initiation.basis = treatment.basis
        and initiation.measurement_year = treatment.measurement_year
        and initiation.client_key = treatment.client_key
        and (treatment.contact_key is not null or initiation.has_medication_treatment)
        and {{ dbt.datediff('initiation.evidence_date', 'treatment.first_date', 'day') }}
        between initiation.first_engagement_day and initiation.engagement_days
    group by
        initiation.basis, initiation.event_key, initiation.engagement_services,
        treatment.first_date, treatment.evidence_table, treatment.evidence_key
),

numbered_engagement as (
    select
        *,
        row_number() over (
            partition by basis, event_key order by evidence_date, evidence_table, evidence_key
        ) as service_number
    from engagement_service
),

-- a long-acting medication is enough, else the second service is
met_rate as (
    select measure_id, basis, event_key, evidence_table, evidence_key, evidence_date
    from initiation
    union all
    select
        'iet_engagement' as measure_id,
        basis,
        event_key,
        evidence_table,
        evidence_key,
        evidence_date
    from numbered_engagement
    where is_long_acting or service_number >= engagement_services
),

numerator_found as (
    select *, true as is_met from met_rate
),

numerator as (
    {{ measure_first('numerator_found', ['evidence_date', 'evidence_table', 'evidence_key']) }}
),

total as (
    {{ measure_result('iet') }}
),

-- rules/measures/iet.md#cohorts: an episode's result is also that of each of its cohorts
cohort as (
    {%- for cohort, has_diagnosis in cohorts.items() %}
    select basis, event_key, '{{ cohort }}' as cohort from episode
    where {{ has_diagnosis }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

result as (
    select * from total
    union all
    select total.* replace (total.measure_id || '_' || cohort.cohort as measure_id)
    from total
    inner join cohort
        on total.basis = cohort.basis
        and total.event_key = cohort.event_key
)

select * from result
