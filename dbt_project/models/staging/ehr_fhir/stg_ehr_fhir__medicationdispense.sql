with delivered_row as (
    {{ current_rows('ehr_fhir', 'MedicationDispense') }}
),

fill as (
    select
        id as fill_id,
        last_updated,
        part2_label,
        status,
        code,
        code_system,
        medication_id,
        coalesce(patient_id, patient_identifier) as source_client_id,
        prescription_id,
        prepared_at,
        prepared_at_precision,
        handed_over_at,
        handed_over_at_precision,
        handed_over_written,
        prepared_written,
        case when days_supply >= 0 then days_supply end as days_supply,
        quantity,
        days_supply as supply,
        supply_unit,
        dosage_count,
        dose_and_rate_count,
        dose,
        dose_frequency,
        dose_period,
        dose_period_unit,
        time_of_day_count,
        _batch_id,
        _source_row
    from delivered_row
)

select * from fill
