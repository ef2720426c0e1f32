with delivered_row as (
    {{ current_rows('ehr_fhir', 'MedicationRequest') }}
),

prescription as (
    select
        id as prescription_id,
        last_updated,
        part2_label,
        program_id,
        status,
        intent,
        coalesce(is_prohibited, false) as is_prohibited,
        code,
        code_system,
        medication_id,
        coalesce(patient_id, patient_identifier) as source_client_id,
        encounter_id,
        authored_at,
        authored_at_precision,
        authored_written,
        bounds_start_written,
        bounds_end_written,
        valid_from_written,
        valid_until,
        valid_until_precision,
        case when days_supply >= 0 then days_supply end as days_supply,
        case when repeats_allowed >= 0 then repeats_allowed end as repeats_allowed,
        days_supply as supply,
        supply_unit,
        quantity,
        repeats_allowed as refills,
        dosage_count,
        dose_and_rate_count,
        dose,
        dose_frequency,
        dose_period,
        dose_period_unit,
        time_of_day_count,
        requester_id,
        _batch_id,
        _source_row
    from delivered_row
)

select * from prescription
