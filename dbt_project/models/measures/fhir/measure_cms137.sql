-- Initiation and engagement of treatment for substance use disorder from FHIR resources, modeled
-- on rules/measures/cms137.md#episode, not certified. Longer than the budget: two ids share the
-- episode, the history and every kind of treatment.
with

measurement_period as (
    {{ measure_period('cms137', [
        'minimum_age_years', 'onset_days_before_end', 'history_days', 'initiation_days',
        'engagement_days', 'engagement_count',
    ]) }}
),

patient as (
    {{ measure_patient('cms137') }}
),

visit as (
    select *
    from (
        {{ coded_resource('int_resource__event', 'Encounter', ['cms137_visit'], element='type') }}
    ) as coded
    where is_performed
),

disorder as (
    select *
    from (
        {{ coded_resource('int_resource__condition', 'Condition', ['cms137_diagnosis']) }}
    ) as coded
    where is_verified and has_interval
),

-- rules/measures/cms137.md#episode: visit in the year, onset in the visit, both by instant
disorder_visit as (
    select distinct
        patient.*,
        visit.source,
        visit.resource_id,
        visit.start_date as episode_date,
        visit.evidence_table,
        visit.evidence_key
    from visit
    inner join patient
        on visit.client_key = patient.client_key
        and patient.missing_value_sets is null
        and patient.youngest_age >= patient.minimum_age_years
        and {{ instant_in_year(
            'visit.start', 'visit.end', 'patient.start_date', 'patient.end_date'
        ) }}
    inner join disorder
        on visit.client_key = disorder.client_key
        and {{ instant_until('visit.start', 'disorder.start') }}
        and {{ instant_until('disorder.start', 'visit.end') }}
        and {{ day_until(
            'disorder.start',
            'cast(' ~ dbt.dateadd('day', '-patient.onset_days_before_end', 'patient.end_date')
            ~ ' as date)'
        ) }}
),

first_visit as (
    select *
    from (
        select
            *,
            row_number() over (
                partition by measurement_year, client_key
                order by episode_date, source, resource_id
            ) as visit_rank
        from disorder_visit
    ) as ranked
    where visit_rank = 1
),

diagnosed as (
    {{ diagnosed_visit('cms137_diagnosis') }}
),

-- rules/measures/cms137.md#treatment: every resource once per kind
treatment as (
    {%- for kind, clause in [
        ('psychosocial', 'cms137_psychosocial_service'),
        ('long', 'cms137_long_administration'),
        ('short', 'cms137_short_administration'),
    ] %}
    select
        '{{ kind }}' as kind, true as is_history, source, resource_type, resource_id, client_key,
        start_date as treatment_date, start_last_date as treatment_last_date,
        evidence_table, evidence_key
    from (
        {{ coded_resource('int_resource__event', 'Procedure', [clause]) }}
    ) as {{ kind }}_service
    where is_performed
    union all
    {%- endfor %}
    {%- for kind in ['long', 'short'] %}
    select
        '{{ kind }}', true, source, resource_type, resource_id, client_key, authored_date,
        authored_last_date, evidence_table, evidence_key
    from (
        {{ coded_resource(
            'int_resource__medication',
            'MedicationRequest',
            ['cms137_' ~ kind ~ '_order'],
            element='medication',
        ) }}
    ) as {{ kind }}_order
    where is_performed and has_order_intent
    union all
    {%- endfor %}
    select
        'psychosocial', false, remote.source, remote.resource_type, remote.resource_id,
        remote.client_key, remote.start_date, remote.start_last_date, remote.evidence_table,
        remote.evidence_key
    from (
        {{ coded_resource(
            'int_resource__event', 'Encounter', ['cms137_remote_visit'], element='type'
        ) }}
    ) as remote
    semi join diagnosed
        on remote.source = diagnosed.source and remote.resource_id = diagnosed.resource_id
    where remote.is_performed
),

emergency_visit as (
    {{ coded_resource(
        'int_resource__event', 'Encounter', ['cms137_emergency_or_detox'], element='type'
    ) }}
),

-- rules/measures/cms137.md#history
history as (
    select client_key, treatment_date as history_date, treatment_last_date as history_last_date
    from treatment
    where is_history
    union all
    select visit.client_key, visit.start_date, visit.start_last_date
    from visit
    semi join diagnosed
        on visit.source = diagnosed.source and visit.resource_id = diagnosed.resource_id
    anti join emergency_visit
        on visit.source = emergency_visit.source and visit.resource_id = emergency_visit.resource_id
),

known_client as (
    select distinct first_visit.client_key, first_visit.measurement_year
    from first_visit
    inner join history
        on first_visit.client_key = history.client_key
        and {{ day_between(
            'history.history',
            'cast(' ~ dbt.dateadd('day', '-first_visit.history_days', 'first_visit.episode_date')
            ~ ' as date)',
            'cast(' ~ dbt.dateadd('day', -1, 'first_visit.episode_date') ~ ' as date)'
        ) }}
),

episode as (
    select
        first_visit.*,
        {{ surrogate_key(["'cms137'", 'first_visit.measurement_year', 'first_visit.client_key']) }}
            as event_key
    from first_visit
    anti join known_client
        on first_visit.client_key = known_client.client_key
        and first_visit.measurement_year = known_client.measurement_year
),

denominator as (
    {%- for measure_id in ['cms137_initiation', 'cms137_engagement'] %}
    select
        '{{ measure_id }}' as measure_id,
        measure_version,
        measurement_year,
        'fhir' as basis,
        client_key,
        event_key,
        episode_date as event_date,
        as_of as window_closes_at,
        cast(null as varchar) as not_evaluable_reason,
        evidence_table,
        evidence_key
    from episode
    union all
    {%- endfor %}
    {{ measure_unevaluable(['cms137_initiation', 'cms137_engagement']) }}
),

excluded_event as (
    select
        denominator.measure_id,
        denominator.basis,
        denominator.event_key,
        'hospice' as exclusion_reason,
        hospice.evidence_table,
        hospice.evidence_key,
        denominator.event_date as evidence_date
    from denominator
    inner join episode on denominator.event_key = episode.event_key
    inner join {{ ref('int_resource__hospice') }} as hospice
        on episode.client_key = hospice.client_key
        and hospice.is_performed
        and hospice.reaches_from <= episode.end_date
        and hospice.reaches_until >= episode.start_date
),

exclusion as (
    {{ measure_first('excluded_event', ['evidence_key']) }}
),

dated_treatment as (
    select
        episode.event_key,
        episode.engagement_days,
        episode.engagement_count,
        treatment.kind,
        treatment.resource_type,
        treatment.source,
        treatment.resource_id,
        treatment.treatment_date,
        treatment.evidence_table,
        treatment.evidence_key,
        {{ dbt.datediff('episode.episode_date', 'treatment.treatment_date', 'day') }}
        < episode.initiation_days
        and not (
            treatment.resource_type = 'Encounter'
            and treatment.source = episode.source
            and treatment.resource_id = episode.resource_id
        ) as is_initiation
    from episode
    inner join treatment
        on episode.client_key = treatment.client_key
        and treatment.treatment_date = treatment.treatment_last_date
        and treatment.treatment_date >= episode.episode_date
),

initiation as (
    select event_key, min(treatment_date) as initiation_date
    from dated_treatment
    where is_initiation
    group by event_key
),

-- rules/measures/cms137.md#engagement: a long-acting drug, or the second of other treatments
engagement_treatment as (
    select
        treatment.*,
        treatment.kind = 'long' as is_long,
        dense_rank() over (
            partition by treatment.event_key, treatment.kind = 'long'
            order by
                treatment.treatment_date, treatment.source, treatment.resource_type,
                treatment.resource_id
        ) as treatment_number
    from dated_treatment as treatment
    inner join initiation
        on treatment.event_key = initiation.event_key
        and {{ dbt.datediff('initiation.initiation_date', 'treatment.treatment_date', 'day') }}
        between 1 and treatment.engagement_days
),

met_event as (
    select
        'cms137_initiation' as measure_id, 'fhir' as basis, event_key, true as is_met,
        evidence_table, evidence_key, treatment_date as evidence_date
    from dated_treatment
    where is_initiation
    union all
    select
        'cms137_engagement', 'fhir', event_key, true, evidence_table, evidence_key, treatment_date
    from engagement_treatment
    where is_long or treatment_number >= engagement_count
),

numerator as (
    {{ measure_first('met_event', ['evidence_date', 'evidence_key', 'evidence_table']) }}
),

result as (
    {{ measure_result('cms137') }}
)

select * from result
