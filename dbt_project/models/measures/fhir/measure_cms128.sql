-- Antidepressant medication management from FHIR resources, modeled on
-- rules/measures/cms128.md#population, not certified. Longer than the budget: two ids share the
-- index date, the population and the exclusions.
with

measurement_period as (
    {{ measure_period('cms128', [
        'minimum_age_years', 'intake_month', 'near_days', 'lookback_days', 'acute_days',
        'acute_covered_days', 'continuation_days', 'continuation_covered_days',
    ]) }}
),

patient as (
    select
        *,
        make_date(measurement_year - 1, cast(intake_month as bigint), 1) as intake_start_date,
        make_date(measurement_year, cast(intake_month as bigint), 1) as intake_close_date
    from (
        {{ measure_patient('cms128') }}
    ) as client
),

dispense as (
    select *
    from (
        {{ coded_resource(
            'int_resource__medication',
            'MedicationDispense',
            ['cms128_drug'],
            element='medication',
        ) }}
    ) as coded
    where is_performed and start_date is not null and end_date is not null
),

-- rules/measures/cms128.md#intake: the earliest start of a dispense
first_dispense as (
    select *
    from (
        select
            patient.*,
            dispense.start_date as index_date,
            dispense.evidence_table,
            dispense.evidence_key,
            row_number() over (
                partition by patient.measurement_year, patient.client_key
                order by dispense.start_date, dispense.source, dispense.resource_id
            ) as dispense_rank
        from dispense
        inner join patient
            on dispense.client_key = patient.client_key
            and patient.missing_value_sets is null
            and dispense.start_date >= patient.intake_start_date
            and dispense.start_date < patient.intake_close_date
    ) as ranked
    where dispense_rank = 1
),

dated_client as (
    select
        *,
        cast({{ dbt.dateadd('day', '-near_days', 'index_date') }} as date) as near_start_date,
        cast({{ dbt.dateadd('day', 'near_days', 'index_date') }} as date) as near_end_date,
        {{ surrogate_key(["'cms128'", 'measurement_year', 'client_key']) }} as event_key
    from first_dispense
    where {{ age_years('birth_last_date', 'index_date') }} >= minimum_age_years
),

depression as (
    {{ coded_resource('int_resource__condition', 'Condition', ['cms128_diagnosis']) }}
),

visit as (
    {{ coded_resource('int_resource__event', 'Encounter', ['cms128_visit'], element='type') }}
),

-- rules/measures/cms128.md#population
treated_client as (
    select distinct client.*
    from dated_client as client
    inner join depression
        on client.client_key = depression.client_key
        and depression.is_verified
        and depression.has_interval
        and {{ day_between('depression.start', 'client.near_start_date', 'client.near_end_date') }}
    inner join visit
        on client.client_key = visit.client_key
        and visit.is_performed
        and {{ day_between('visit.start', 'client.near_start_date', 'client.near_end_date') }}
),

denominator as (
    {%- for measure_id in ['cms128_acute', 'cms128_continuation'] %}
    select
        '{{ measure_id }}' as measure_id,
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
    from treated_client
    union all
    {%- endfor %}
    {{ measure_unevaluable(['cms128_acute', 'cms128_continuation']) }}
),

earlier_order as (
    {{ coded_resource(
        'int_resource__medication',
        'MedicationRequest',
        ['cms128_drug'],
        element='medication',
    ) }}
),

excluded_client as (
    select
        1 as reason_rank, client.event_key, 'hospice' as exclusion_reason, client.index_date,
        hospice.evidence_table, hospice.evidence_key
    from treated_client as client
    inner join {{ ref('int_resource__hospice') }} as hospice
        on client.client_key = hospice.client_key
        and hospice.is_performed
        and hospice.reaches_from <= client.end_date
        and hospice.reaches_until >= client.start_date
    union all
    -- rules/measures/cms128.md#exclusion: an active order; one without a period overlaps every time
    select
        2, client.event_key, 'prior_antidepressant', client.index_date,
        earlier_order.evidence_table, earlier_order.evidence_key
    from treated_client as client
    inner join earlier_order
        on client.client_key = earlier_order.client_key
        and earlier_order.is_active
        and earlier_order.has_order_intent
        and (
            earlier_order.start_date is null
            or earlier_order.end_date is null
            or (
                earlier_order.start_date < client.index_date
                and earlier_order.end_date
                >= {{ dbt.dateadd('day', '-client.lookback_days', 'client.index_date') }}
            )
        )
),

excluded_event as (
    select
        denominator.measure_id,
        denominator.basis,
        denominator.event_key,
        excluded.exclusion_reason,
        excluded.evidence_table,
        excluded.evidence_key,
        excluded.index_date as evidence_date,
        excluded.reason_rank
    from denominator
    inner join excluded_client as excluded on denominator.event_key = excluded.event_key
),

exclusion as (
    {{ measure_first('excluded_event', ['reason_rank', 'evidence_key']) }}
),

-- rules/measures/cms128.md#numerator: every covered day once, whatever the drug
supplied_day as (
    select
        client.event_key,
        client.acute_days,
        client.acute_covered_days,
        client.continuation_covered_days,
        dispense.evidence_table,
        dispense.evidence_key,
        unnest(range(
            greatest({{ dbt.datediff('client.index_date', 'dispense.start_date', 'day') }}, 0),
            least(
                {{ dbt.datediff('client.index_date', 'dispense.end_date', 'day') }} + 1,
                cast(client.continuation_days as bigint)
            )
        )) as day_number,
        client.index_date
    from treated_client as client
    inner join dispense on client.client_key = dispense.client_key
),

covered_day as (
    select
        event_key,
        index_date,
        acute_days,
        acute_covered_days,
        continuation_covered_days,
        day_number,
        evidence_table,
        evidence_key,
        row_number() over (partition by event_key order by day_number) as covered_days
    from (
        select
            *,
            row_number() over (
                partition by event_key, day_number order by evidence_key, evidence_table
            ) as supply_rank
        from supplied_day
    ) as ranked
    where supply_rank = 1
),

numerator as (
    select
        'cms128_acute' as measure_id, 'fhir' as basis, event_key, true as is_met,
        evidence_table, evidence_key,
        cast({{ dbt.dateadd('day', 'cast(day_number as integer)', 'index_date') }} as date)
            as evidence_date
    from covered_day
    where covered_days = acute_covered_days and day_number < acute_days
    union all
    select
        'cms128_continuation', 'fhir', event_key, true, evidence_table, evidence_key,
        cast({{ dbt.dateadd('day', 'cast(day_number as integer)', 'index_date') }} as date)
    from covered_day
    where covered_days = continuation_covered_days
),

result as (
    {{ measure_result('cms128') }}
)

select * from result
