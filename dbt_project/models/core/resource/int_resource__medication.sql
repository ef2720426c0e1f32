-- rules/measures/fhir.md#medication-period: start, days and period of each order and dispense
with status as (
    select * from {{ ref('resource_status') }}
),

described as (
    select
        medication.source,
        medication.resource_type,
        medication.resource_id,
        client.client_key,
        medication.status,
        performed.value is not null and not coalesce(medication.is_prohibited, false)
            as is_performed,
        medication.status = 'active' and not coalesce(medication.is_prohibited, false) as is_active,
        order_intent.value is not null as has_order_intent,
        {{ written_date('medication.authored_written', 'authored') }},
        coalesce(
            medication.first_start_written,
            medication.second_start_written,
            medication.third_start_written
        ) as start_written,
        {{ written_date('medication.bounds_end_written', 'bounds_end') }},
        coalesce(medication.dosage_count, 0) > 1 or coalesce(medication.dose_and_rate_count, 0) > 1
            as has_several_doses,
        cast(medication.supply as double) * supply_unit.days as supplied_days,
        cast(medication.quantity as double) as quantity,
        cast(nullif(medication.dose, 0) as double) as dose,
        cast(nullif(
            coalesce(
                cast(medication.dose_frequency as double)
                / nullif(cast(medication.dose_period as double) * dose_unit.days, 0),
                medication.time_of_day_count
            ),
            0
        ) as double) as doses_per_day,
        1 + medication.refills as fills,
        medication.evidence_table,
        medication.evidence_key
    from {{ ref('input_resource_medication') }} as medication
    inner join {{ ref('int_client__matched') }} as client
        on medication.source = client.source
        and client.source_scope = ''
        and medication.patient_id = client.source_client_id
    left join status as performed
        on performed.rule = 'performed'
        and medication.resource_type = performed.resource_type
        and medication.status = performed.value
    left join status as order_intent
        on order_intent.rule = 'order_intent'
        and medication.resource_type = order_intent.resource_type
        and medication.intent = order_intent.value
    left join {{ ref('resource_unit') }} as supply_unit
        on supply_unit.kind = 'supply' and lower(trim(medication.supply_unit)) = supply_unit.unit
    left join {{ ref('resource_unit') }} as dose_unit
        on dose_unit.kind = 'dose_period' and medication.dose_period_unit = dose_unit.unit
    semi join {{ ref('int_resource__coding') }} as coding
        on coding.element = 'medication'
        and medication.source = coding.source
        and medication.resource_type = coding.resource_type
        and medication.resource_id = coding.resource_id
),

dated as (
    select
        *,
        {{ written_date('start_written', 'start') }},
        trunc(
            coalesce(
                supplied_days,
                case when not has_several_doses then quantity / (dose * doses_per_day) end
            ) * fills - 1
        ) as last_day
    from described
),

-- a start of which only the year or month is known begins no period; a hundred years at most, so
-- that no supply is beyond the calendar
period as (
    select
        source,
        resource_type,
        resource_id,
        client_key,
        status,
        is_performed,
        is_active,
        has_order_intent,
        authored_date,
        authored_last_date,
        authored_at,
        case when start_date = start_last_date then start_date end as start_date,
        case
            when start_date <> start_last_date then null
            when last_day is not null
                then cast({{ dbt.dateadd(
                    'day',
                    'cast(greatest(-36525, least(36525, last_day)) as integer)',
                    'start_date'
                ) }} as date)
            when not has_several_doses and bounds_end_date = bounds_end_last_date
                then bounds_end_date
        end as end_date,
        has_several_doses,
        evidence_table,
        evidence_key
    from dated
)

select * from period
