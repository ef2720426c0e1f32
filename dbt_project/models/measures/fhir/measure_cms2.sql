-- Screening for depression and follow-up plan from FHIR resources, modeled on
-- rules/measures/cms2.md#population, not certified. Longer than the budget: two tools, three
-- kinds of follow-up, an exclusion and an exception.
with

measurement_period as (
    {{ measure_period('cms2', [
        'minimum_age_years', 'adolescent_last_age_years', 'adult_first_age_years',
        'screening_days', 'follow_up_days',
    ]) }}
),

patient as (
    {{ measure_patient('cms2') }}
),

visit as (
    {{ coded_resource('int_resource__event', 'Encounter', ['cms2_visit'], element='type') }}
),

-- rules/measures/cms2.md#population: a finished visit, all of it in the year
qualifying_visit as (
    select
        patient.*,
        visit.source,
        visit.resource_id,
        case when visit.start_date = visit.start_last_date then visit.start_date end as visit_day,
        case when visit.end_date = visit.end_last_date then visit.end_date end as visit_last_day,
        cast({{ dbt.dateadd('day', '-patient.screening_days', 'visit.start_date') }} as date)
            as first_screening_date,
        cast({{ dbt.dateadd('day', 'patient.follow_up_days', 'visit.end_date') }} as date)
            as last_follow_up_date,
        visit.start_date as visit_start_date,
        visit.start_last_date as visit_start_last_date,
        visit.start_at as visit_start_at,
        visit.end_date as visit_end_date,
        visit.end_last_date as visit_end_last_date,
        visit.end_at as visit_end_at,
        visit.evidence_table,
        visit.evidence_key
    from visit
    inner join patient
        on visit.client_key = patient.client_key
        and patient.missing_value_sets is null
        and patient.youngest_age >= patient.minimum_age_years
        and {{ day_from('visit.start', 'patient.start_date') }}
        and {{ day_until('visit.end', 'patient.end_date') }}
    where visit.is_performed
),

denominator as (
    select
        'cms2' as measure_id,
        measure_version,
        measurement_year,
        'fhir' as basis,
        client_key,
        {{ surrogate_key(["'cms2'", 'measurement_year', 'client_key']) }} as event_key,
        visit_start_date as event_date,
        as_of as window_closes_at,
        cast(null as varchar) as not_evaluable_reason,
        evidence_table,
        evidence_key
    from (
        select
            *,
            row_number() over (
                partition by measurement_year, client_key
                order by visit_start_date, source, resource_id
            ) as visit_rank
        from qualifying_visit
    ) as ranked
    where visit_rank = 1
    union all
    {{ measure_unevaluable(['cms2']) }}
),

bipolar as (
    {{ coded_resource('int_resource__condition', 'Condition', ['cms2_bipolar']) }}
),

tool_result as (
    {%- for tool in ['adolescent', 'adult'] %}
    select '{{ tool }}' as tool, screening.*
    from (
        {{ coded_resource('int_resource__event', 'Observation', ['cms2_' ~ tool ~ '_screening']) }}
    ) as screening
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

-- rules/measures/cms2.md#screening: its end on the day of a visit or in the days before it
screening as (
    select distinct
        visit.measurement_year,
        visit.adolescent_last_age_years,
        visit.adult_first_age_years,
        visit.youngest_age,
        visit.oldest_age,
        tool_result.*
    from tool_result
    inner join qualifying_visit as visit
        on tool_result.client_key = visit.client_key
        and {{ day_between('tool_result.end', 'visit.first_screening_date', 'visit.visit_day') }}
    where tool_result.is_performed and tool_result.has_value
),

latest_screening as (
    {{ first_resource('screening', ['measurement_year', 'client_key', 'tool'], is_last=true) }}
),

-- rules/measures/cms2.md#screening: the tool of the client's age
decisive_screening as (
    select latest.*, coding.clause
    from latest_screening as latest
    inner join {{ ref('int_resource__coding') }} as coding
        on coding.clause in ('cms2_negative', 'cms2_positive')
        and coding.element = 'valueCodeableConcept'
        and latest.source = coding.source
        and latest.resource_type = coding.resource_type
        and latest.resource_id = coding.resource_id
    where
        (latest.tool = 'adolescent' and latest.oldest_age <= latest.adolescent_last_age_years)
        or (latest.tool = 'adult' and latest.youngest_age >= latest.adult_first_age_years)
),

follow_up as (
    {%- for tool in ['adolescent', 'adult'] %}
    select
        '{{ tool }}' as tool, 'service' as kind, source, resource_id, client_key,
        start_date, start_last_date, start_at, cast(null as date) as first_date,
        cast(null as date) as last_date, evidence_table, evidence_key
    from (
        {{ coded_resource('int_resource__event', 'Procedure', ['cms2_follow_up_' ~ tool]) }}
    ) as service
    where is_performed
    union all
    select
        '{{ tool }}', 'order', source, resource_id, client_key, start_date, start_last_date,
        start_at, null, null, evidence_table, evidence_key
    from (
        {{ coded_resource('int_resource__event', 'ServiceRequest', ['cms2_referral_' ~ tool]) }}
    ) as referral
    where is_performed
    union all
    select
        '{{ tool }}', 'order', source, resource_id, client_key, authored_date, authored_last_date,
        authored_at, case when end_date is not null then start_date end, end_date,
        evidence_table, evidence_key
    from (
        {{ coded_resource(
            'int_resource__medication',
            'MedicationRequest',
            ['cms2_medication_' ~ tool],
            element='medication',
        ) }}
    ) as medication
    where is_performed and has_order_intent
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

-- rules/measures/cms2.md#follow-up: in the visit by instant, or ordered in the days after its end
met_screening as (
    select
        measurement_year, client_key, start_date, resource_id, evidence_table, evidence_key,
        start_date as evidence_date
    from decisive_screening
    where clause = 'cms2_negative'
    union all
    select
        screening.measurement_year, screening.client_key, follow_up.start_date,
        follow_up.resource_id, follow_up.evidence_table, follow_up.evidence_key,
        follow_up.start_date as evidence_date
    from decisive_screening as screening
    inner join qualifying_visit as visit
        on screening.measurement_year = visit.measurement_year
        and screening.client_key = visit.client_key
        and {{ day_between('screening.start', 'visit.first_screening_date', 'visit.visit_day') }}
    inner join follow_up
        on screening.client_key = follow_up.client_key
        and screening.tool = follow_up.tool
        and {{ day_between('follow_up.start', 'visit.start_date', 'visit.end_date') }}
        and (
            (
                follow_up.kind = 'service'
                and {{ instant_until('visit.visit_start', 'follow_up.start') }}
                and {{ instant_until('follow_up.start', 'visit.visit_end') }}
            )
            or (
                follow_up.kind = 'order'
                and {{ day_between(
                    'follow_up.start', 'visit.visit_last_day', 'visit.last_follow_up_date'
                ) }}
                and (
                    follow_up.last_date is null
                    or (
                        follow_up.first_date <= visit.visit_last_day
                        and follow_up.last_date > visit.visit_last_day
                    )
                )
            )
        )
    where screening.clause = 'cms2_positive'
),

met_event as (
    select
        denominator.measure_id,
        denominator.basis,
        denominator.event_key,
        true as is_met,
        met.evidence_table,
        met.evidence_key,
        met.evidence_date,
        met.start_date,
        met.resource_id
    from denominator
    inner join met_screening as met
        on denominator.measurement_year = met.measurement_year
        and denominator.client_key = met.client_key
),

numerator as (
    {{ measure_first('met_event', ['start_date', 'resource_id', 'evidence_key']) }}
),

-- rules/measures/cms2.md#exception: declined, or a medical reason, and no screening with that tool
unscreened as (
    select visit.measurement_year, tool_result.*
    from tool_result
    inner join qualifying_visit as visit
        on tool_result.client_key = visit.client_key
        and {{ day_between('tool_result.issued', 'visit.visit_day', 'visit.visit_last_day') }}
    semi join {{ ref('int_resource__coding') }} as coding
        on coding.clause = 'cms2_reason'
        and coding.element = 'extension.valueCodeableConcept'
        and tool_result.source = coding.source
        and tool_result.resource_type = coding.resource_type
        and tool_result.resource_id = coding.resource_id
    anti join screening
        on visit.measurement_year = screening.measurement_year
        and tool_result.client_key = screening.client_key
        and tool_result.tool = screening.tool
    where tool_result.status = 'cancelled'
),

excluded_client as (
    -- rules/measures/cms2.md#exclusion: before the day of a visit; unknown start, known end: before
    select
        1 as reason_rank, visit.measurement_year, visit.client_key,
        'bipolar_disorder' as exclusion_reason, false as is_exception, bipolar.start_date,
        bipolar.evidence_table, bipolar.evidence_key
    from bipolar
    inner join qualifying_visit as visit
        on bipolar.client_key = visit.client_key
        and (bipolar.is_open_started or bipolar.start_last_date < visit.visit_start_date)
    where bipolar.has_interval
    union all
    select
        2, measurement_year, client_key, 'not_screened_for_a_reason', true, issued_date,
        evidence_table, evidence_key
    from unscreened
),

excluded_event as (
    select
        denominator.measure_id,
        denominator.basis,
        denominator.event_key,
        excluded.exclusion_reason,
        excluded.is_exception,
        excluded.evidence_table,
        excluded.evidence_key,
        coalesce(excluded.start_date, denominator.event_date) as evidence_date,
        excluded.reason_rank
    from denominator
    inner join excluded_client as excluded
        on denominator.measurement_year = excluded.measurement_year
        and denominator.client_key = excluded.client_key
    left join numerator on denominator.event_key = numerator.event_key
    -- a client in the numerator is no exception
    where not excluded.is_exception or numerator.event_key is null
),

exclusion as (
    {{ measure_first('excluded_event', ['reason_rank', 'evidence_date', 'evidence_key']) }}
),

result as (
    {{ measure_result('cms2', exceptions=true) }}
)

select * from result
