with visit as (
    {{ union_of_senders('visit', [
        'visit_id', 'appointment_id', 'encounter_id', 'started_at', 'ended_at', 'service_line',
        'booked_service_line', 'procedure_code', 'place_of_service_code', 'provider_id',
        'provider_taxonomy_code', 'program_id', 'site_id', 'diagnosis_code_1',
        'diagnosis_code_2', 'diagnosis_code_3', 'diagnosis_code_4', 'is_crisis',
        'note_signed_at', 'is_note_reported',
    ]) }}
)

select * from visit
