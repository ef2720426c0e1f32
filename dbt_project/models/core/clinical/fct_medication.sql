with order_record as (
    {{ client_record('medication', day='record.start_date', happened_at='record.started_at') }}
),

fill_record as (
    {{ client_record(
        'fill', day='record.fill_date', happened_at='record.filled_at', has_program=false
    ) }}
),

medication_code as (
    select * from {{ ref('int_medication_code__classified') }}
),

ordered as (
    select
        {{ surrogate_key(['source', 'record_id']) }} as medication_key,
        medication_id,
        client_key,
        false as is_fill,
        code_system,
        code,
        medication_class,
        start_date,
        end_date,
        is_long_acting_injectable,
        next_due_date,
        days_supply,
        program_id,
        is_part2,
        received_at,
        evidence_table,
        evidence_key
    from order_record
),

-- the end of a prescription ends its fills; a fill of a Part 2 prescription is a Part 2 record
filled as (
    select
        {{ surrogate_key(['fill.source', "'fill'", 'fill.fill_id']) }} as medication_key,
        fill.fill_id as medication_id,
        fill.client_key,
        true as is_fill,
        fill.code_system,
        fill.code,
        fill.medication_class,
        fill.fill_date as start_date,
        prescription.end_date,
        false as is_long_acting_injectable,
        cast(null as date) as next_due_date,
        fill.days_supply,
        cast(null as {{ dbt.type_string() }}) as program_id,
        fill.is_part2 or coalesce(prescription.is_part2, false) as is_part2,
        fill.received_at,
        fill.evidence_table,
        fill.evidence_key
    from fill_record as fill
    left join order_record as prescription
        on fill.source = prescription.source
        and fill.prescription_id = prescription.medication_id
),

supplied as (
    select * from ordered
    union all
    select * from filled
),

medication as (
    select
        supplied.* replace (
            coalesce(supplied.medication_class, medication_code.medication_class, 'other')
                as medication_class
        )
    from supplied
    left join medication_code
        on supplied.code_system = medication_code.code_system
        and replace({{ upper_code('supplied.code') }}, '-', '') = medication_code.code
)

select * from medication
