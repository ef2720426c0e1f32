{# Every sender and its tables: what is counted and reconciled. A new sender adds its line (a test compares the list
   with the contracts). Names stand here, and not in a loop over the graph, so that dbt sees the dependencies. #}
{% macro source_tables() -%}
    {{ return({
        'adt': ['event', 'message'],
        'claims': ['eligibility', 'medical_claim', 'pharmacy_claim'],
        'claims_cclf': ['cclf1', 'cclf2', 'cclf4', 'cclf5', 'cclf7', 'cclf8', 'cclf9'],
        'claims_x12': ['claim', 'claim_line', 'remittance', 'remittance_line', 'provider_adjustment'],
        'ehr': [
            'client', 'staff', 'staff_program', 'staff_leave', 'provider', 'program', 'program_enrollment',
            'assignment', 'intake', 'appointment', 'visit', 'diagnosis', 'treatment_plan',
            'treatment_plan_service', 'medication', 'document', 'consent', 'authorization', 'time_log', 'survey',
        ],
        'identity_decisions': ['decision', 'checked_person'],
        'ehr_fhir': [
            'Patient', 'Patient_identifier', 'Encounter', 'Encounter_diagnosis', 'Appointment', 'Condition',
            'Observation', 'Observation_component', 'Observation_member', 'QuestionnaireResponse',
            'QuestionnaireResponse_item', 'Procedure', 'ServiceRequest', 'Task', 'MedicationRequest',
            'Medication', 'MedicationDispense', 'CarePlan', 'Coverage', 'Consent', 'resource',
        ],
        'outreach_log': ['contact'],
        'referrals': ['referral'],
        'screenings': ['response'],
        'synthea': [
            'patients', 'encounters', 'conditions', 'observations', 'medications', 'procedures', 'claims',
            'claims_transactions', 'payer_transitions', 'organizations', 'providers',
        ],
        'valuesets': ['code', 'fhir_value_set', 'fhir_resource'],
    }) }}
{%- endmacro %}
