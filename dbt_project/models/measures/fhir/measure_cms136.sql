-- Follow-up of children prescribed a medication for ADHD from FHIR resources, modeled on
-- rules/measures/cms136.md#population, not certified. Longer than the budget: two ids share the
-- index order, the visits, the stays and the exclusions.
with

measurement_period as (
    {{ measure_period('cms136', [
        'minimum_age_years', 'maximum_age_years', 'intake_month', 'lookback_days',
        'visit_months_before', 'initiation_days', 'continuation_days', 'covered_days',
        'visit_dates',
    ]) }}
),

patient as (
    select
        *,
        make_date(measurement_year - 1, cast(intake_month as bigint), 1) as intake_start_date,
        cast({{ dbt.dateadd(
            'day', -1, 'make_date(measurement_year, cast(intake_month as bigint), 1)'
        ) }} as date) as intake_end_date
    from (
        {{ measure_patient('cms136') }}
    ) as client
),

drug_order as (
    select *
    from (
        {{ coded_resource(
            'int_resource__medication',
            'MedicationRequest',
            ['cms136_drug'],
            element='medication',
        ) }}
    ) as coded
    where has_order_intent and start_date is not null and end_date is not null
),

-- rules/measures/cms136.md#intake: the first and last day of the intake are undecided
candidate as (
    select
        patient.*,
        drug_order.source,
        drug_order.resource_id,
        drug_order.start_date as index_date,
        drug_order.evidence_table,
        drug_order.evidence_key
    from drug_order
    inner join patient
        on drug_order.client_key = patient.client_key
        and patient.missing_value_sets is null
        and drug_order.start_date > patient.intake_start_date
        and drug_order.start_date < patient.intake_end_date
        and {{ age_years('patient.birth_last_date', 'patient.intake_start_date') }}
        >= patient.minimum_age_years
        and {{ age_years('patient.birth_date', 'patient.intake_end_date') }}
        <= patient.maximum_age_years
    anti join drug_order as earlier
        on drug_order.client_key = earlier.client_key
        and earlier.is_active
        and earlier.start_date < drug_order.start_date
        and earlier.end_date
        >= {{ dbt.dateadd('day', '-patient.lookback_days', 'drug_order.start_date') }}
    where drug_order.is_performed
),

index_order as (
    select
        *,
        {{ surrogate_key(["'cms136'", 'measurement_year', 'client_key']) }} as event_key
    from (
        select
            *,
            row_number() over (
                partition by measurement_year, client_key
                order by index_date, source, resource_id
            ) as order_rank
        from candidate
    ) as ranked
    where order_rank = 1
),

visit as (
    {{ coded_resource('int_resource__event', 'Encounter', ['cms136_visit'], element='type') }}
),

-- rules/measures/cms136.md#visit
seen_client as (
    select distinct client.*
    from index_order as client
    inner join visit
        on client.client_key = visit.client_key
        and visit.is_performed
        and {{ day_from(
            'visit.start',
            'cast(' ~ dbt.dateadd('month', '-client.visit_months_before', 'client.index_date')
            ~ ' as date)'
        ) }}
        and {{ day_until('visit.end', 'client.index_date') }}
),

-- rules/measures/cms136.md#stay
stay as (
    select inpatient.*
    from (
        {{ coded_resource(
            'int_resource__event', 'Encounter', ['hospice_stay'], element='type'
        ) }}
    ) as inpatient
    semi join {{ ref('int_resource__claim_diagnosis') }} as diagnosis
        on diagnosis.clause = 'cms136_mental'
        and inpatient.source = diagnosis.source
        and inpatient.resource_id = diagnosis.encounter_id
    where inpatient.is_performed and inpatient.start_date = inpatient.start_last_date
),

stay_day as (
    select
        client.event_key,
        min({{ dbt.datediff('client.index_date', 'stay.start_date', 'day') }}) as first_day
    from seen_client as client
    inner join stay
        on client.client_key = stay.client_key and stay.start_date > client.index_date
    group by client.event_key
),

-- rules/measures/cms136.md#covered-days: each drug is rolled out alone. With lengths that add up
-- to total_days, an order starts at the latest of all earlier starts plus the days since then.
drug_period as (
    select distinct
        drug_order.client_key,
        coding.code_set,
        drug_order.resource_id,
        drug_order.start_date,
        {{ dbt.datediff("date '2000-01-01'", 'drug_order.start_date', 'day') }} as start_day,
        {{ dbt.datediff('drug_order.start_date', 'drug_order.end_date', 'day') }} + 1 as days
    from drug_order
    inner join {{ ref('int_resource__coding') }} as coding
        on coding.clause = 'cms136_drug'
        and coding.element = 'medication'
        and drug_order.source = coding.source
        and drug_order.resource_type = coding.resource_type
        and drug_order.resource_id = coding.resource_id
    where drug_order.is_performed and drug_order.end_date >= drug_order.start_date
),

summed_period as (
    select
        *,
        sum(days) over (
            partition by client_key, code_set order by start_date, resource_id
        ) - days as earlier_days
    from drug_period
),

rolled_period as (
    select
        *,
        cast(earlier_days + max(start_day - earlier_days) over (
            partition by client_key, code_set order by start_date, resource_id
        ) as bigint) as rolled_day
    from summed_period
),

covered_client as (
    select event_key, count(distinct covered_day) as covered_day_count
    from (
        select
            client.event_key,
            unnest(range(
                greatest(
                    period.rolled_day
                    - {{ dbt.datediff("date '2000-01-01'", 'client.index_date', 'day') }},
                    0
                ),
                least(
                    period.rolled_day + period.days
                    - {{ dbt.datediff("date '2000-01-01'", 'client.index_date', 'day') }},
                    cast(client.continuation_days as bigint) + 1
                )
            )) as covered_day
        from seen_client as client
        inner join rolled_period as period on client.client_key = period.client_key
    ) as supplied
    group by event_key
),

-- rules/measures/cms136.md#population: each id tests its own stays; continuation also the days
event as (
    select 'cms136_initiation' as measure_id, client.*
    from seen_client as client
    left join stay_day on client.event_key = stay_day.event_key
    where coalesce(stay_day.first_day > client.initiation_days, true)
    union all
    select 'cms136_continuation', client.*
    from seen_client as client
    inner join covered_client
        on client.event_key = covered_client.event_key
        and covered_client.covered_day_count >= client.covered_days
    left join stay_day on client.event_key = stay_day.event_key
    where coalesce(stay_day.first_day > client.continuation_days, true)
),

denominator as (
    select
        measure_id,
        measure_version,
        measurement_year,
        'fhir' as basis,
        client_key,
        event_key,
        index_date as event_date,
        as_of as window_closes_at,
        cast(null as varchar) as not_evaluable_reason,
        evidence_table,
        evidence_key
    from event
    union all
    {{ measure_unevaluable(['cms136_initiation', 'cms136_continuation']) }}
),

narcolepsy as (
    {{ coded_resource('int_resource__condition', 'Condition', ['cms136_narcolepsy']) }}
),

-- rules/measures/cms136.md#exclusions
excluded_event as (
    select
        event.measure_id, 'fhir' as basis, event.event_key, 'hospice' as exclusion_reason,
        hospice.evidence_table, hospice.evidence_key, event.index_date as evidence_date,
        1 as reason_rank
    from event
    inner join {{ ref('int_resource__hospice') }} as hospice
        on event.client_key = hospice.client_key
        and hospice.is_performed
        and hospice.reaches_from <= event.end_date
        and hospice.reaches_until >= event.start_date
    union all
    select
        event.measure_id, 'fhir', event.event_key, 'narcolepsy', narcolepsy.evidence_table,
        narcolepsy.evidence_key, coalesce(narcolepsy.start_date, event.index_date), 2
    from event
    inner join narcolepsy
        on event.client_key = narcolepsy.client_key
        and narcolepsy.is_verified
        and narcolepsy.has_interval
        and (
            narcolepsy.is_open_started
            or {{ instant_until_year_end('narcolepsy.start', 'event.end_date') }}
        )
),

exclusion as (
    {{ measure_first('excluded_event', ['reason_rank', 'evidence_date', 'evidence_key']) }}
),

-- rules/measures/cms136.md#follow-up: listed visits, and managed ones at an ambulatory location
follow_up_visit as (
    select
        source, resource_id, client_key, start_date, start_last_date, evidence_table,
        evidence_key, false as is_virtual
    from (
        {{ coded_resource(
            'int_resource__event', 'Encounter', ['cms136_follow_up'], element='type'
        ) }}
    ) as listed
    where is_performed
    union
    select
        managed.source, managed.resource_id, managed.client_key, managed.start_date,
        managed.start_last_date, managed.evidence_table, managed.evidence_key, false
    from (
        {{ coded_resource(
            'int_resource__event', 'Encounter', ['cms136_managed_visit'], element='type'
        ) }}
    ) as managed
    inner join {{ ref('int_resource__reference') }} as reference
        on reference.resource_type = 'Encounter'
        and reference.element = 'location.location'
        and reference.target_type = 'Location'
        and managed.source = reference.source
        and managed.resource_id = reference.resource_id
    semi join {{ ref('int_resource__coding') }} as place
        on place.clause = 'cms136_ambulatory'
        and place.resource_type = 'Location'
        and place.element = 'type'
        and reference.source = place.source
        and reference.target_id = place.resource_id
    where managed.is_performed
    union all
    select
        source, resource_id, client_key, start_date, start_last_date, evidence_table,
        evidence_key, true
    from (
        {{ coded_resource(
            'int_resource__event', 'Encounter', ['cms136_virtual'], element='type'
        ) }}
    ) as remote
    where is_performed
),

dated_visit as (
    select
        event.measure_id,
        event.event_key,
        event.initiation_days,
        event.continuation_days,
        event.visit_dates,
        follow_up_visit.* exclude (client_key),
        {{ dbt.datediff('event.index_date', 'follow_up_visit.start_date', 'day') }} as day_number
    from event
    inner join follow_up_visit
        on event.client_key = follow_up_visit.client_key
        and follow_up_visit.start_date = follow_up_visit.start_last_date
),

initiation_visit as (
    select * from dated_visit
    where not is_virtual and day_number between 1 and initiation_days
),

-- two dates of which at least one has a visit that is not virtual
continued_date as (
    select
        *,
        dense_rank() over (partition by event_key order by start_date) as date_number,
        min(case when not is_virtual then start_date end) over (partition by event_key)
            as first_visit_date
    from dated_visit
    where measure_id = 'cms136_continuation'
        and day_number > initiation_days
        and day_number <= continuation_days
),

met_event as (
    select
        measure_id, 'fhir' as basis, event_key, true as is_met, evidence_table, evidence_key,
        start_date as evidence_date
    from initiation_visit
    where measure_id = 'cms136_initiation'
    union all
    select measure_id, 'fhir', event_key, true, evidence_table, evidence_key, start_date
    from continued_date
    semi join initiation_visit on continued_date.event_key = initiation_visit.event_key
    where date_number >= visit_dates and start_date >= first_visit_date
),

numerator as (
    {{ measure_first('met_event', ['evidence_date', 'evidence_key', 'evidence_table']) }}
),

result as (
    {{ measure_result('cms136') }}
)

select * from result
