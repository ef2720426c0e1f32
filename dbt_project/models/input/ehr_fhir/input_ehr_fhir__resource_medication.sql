with

order_record as (
    {{ sender_record('ehr_fhir', 'MedicationRequest') }}
),

dispense_record as (
    {{ sender_record('ehr_fhir', 'MedicationDispense') }}
),

resource_medication as (
    select
        'MedicationRequest' as resource_type,
        record.prescription_id as resource_id,
        record.source_client_id as patient_id,
        record.status,
        record.intent,
        record.is_prohibited,
        record.authored_written,
        record.bounds_start_written as first_start_written,
        record.authored_written as second_start_written,
        record.valid_from_written as third_start_written,
        record.bounds_end_written,
        record.supply,
        record.supply_unit,
        record.quantity,
        coalesce(record.refills, 0) as refills,
        record.dosage_count,
        record.dose_and_rate_count,
        record.dose,
        record.dose_frequency,
        record.dose_period,
        record.dose_period_unit,
        record.time_of_day_count,
        {{ lineage_columns('record', of_client=false) }}
    from order_record as record
    union all
    select
        'MedicationDispense' as resource_type,
        record.fill_id as resource_id,
        record.source_client_id as patient_id,
        record.status,
        cast(null as varchar) as intent,
        cast(null as boolean) as is_prohibited,
        cast(null as varchar) as authored_written,
        record.handed_over_written as first_start_written,
        record.prepared_written as second_start_written,
        cast(null as varchar) as third_start_written,
        cast(null as varchar) as bounds_end_written,
        record.supply,
        record.supply_unit,
        record.quantity,
        0 as refills,
        record.dosage_count,
        record.dose_and_rate_count,
        record.dose,
        record.dose_frequency,
        record.dose_period,
        record.dose_period_unit,
        record.time_of_day_count,
        {{ lineage_columns('record', of_client=false) }}
    from dispense_record as record
)

select * from resource_medication
