with hospital_encounter as (
    {{ union_of_senders('hospital_encounter', [
        'encounter_id', 'event_kind', 'stay_class', 'facility_id', 'facility_name', 'started_at',
        'ended_at', 'end_precision', 'discharge_disposition_code', 'principal_diagnosis_code',
        'program_id', 'came_through_ed', 'is_hospice', 'has_died', 'paid_usd',
    ]) }}
)

select * from hospital_encounter
