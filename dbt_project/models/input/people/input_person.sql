{{ config(materialized='table') }}

with person as (
    {{ union_of_senders('person', [
        'client_id', 'merged_into_client_id', 'first_name', 'middle_name', 'last_name',
        'name_suffix', 'preferred_name', 'birth_date', 'sex', 'race', 'ethnicity', 'language',
        'interpreter_needed', 'address', 'city', 'state', 'zip_code', 'phone', 'phone_2',
        'ok_to_call', 'ok_to_leave_message', 'ok_to_text', 'ok_to_mail', 'guardian_name',
        'guardian_phone', 'is_confidential_minor', 'housing_status', 'site_id', 'status',
        'medicaid_id', 'medicare_id', 'ssn_last4', 'has_demographics', 'medical_claim_count',
        'pharmacy_claim_count', 'received_at',
    ], of_row=false) }}
)

select * from person
