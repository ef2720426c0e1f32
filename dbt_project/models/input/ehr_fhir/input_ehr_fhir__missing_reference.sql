-- orders and dispenses that name their drug by a Medication resource that was not delivered; those
-- of another status are no medications in any case
with named_drug as (
    select medication_id from {{ ref('stg_ehr_fhir__medication') }}
),

order_record as (
    {{ sender_record('ehr_fhir', 'MedicationRequest') }}
),

dispense_record as (
    {{ sender_record('ehr_fhir', 'MedicationDispense') }}
),

reference as (
    select source, source_table, _batch_id, _source_row, medication_id
    from order_record
    where
        code is null
        and coalesce(status, 'unknown') not in ('cancelled', 'draft', 'entered-in-error')
        and coalesce(intent, 'order') not in ('proposal', 'plan', 'option')
    union all
    select source, source_table, _batch_id, _source_row, medication_id
    from dispense_record
    where code is null and status = 'completed'
),

missing_reference as (
    select
        reference.source,
        reference.source_table,
        reference._batch_id,
        reference._source_row,
        'medication_id' as column_name
    from reference
    left join named_drug on reference.medication_id = named_drug.medication_id
    where reference.medication_id is not null and named_drug.medication_id is null
)

select * from missing_reference
