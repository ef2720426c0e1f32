{{ config(materialized='table') }}

{{ superseded_rows('ehr', [
    'client',
    'staff',
    'staff_program',
    'staff_leave',
    'provider',
    'program',
    'program_enrollment',
    'assignment',
    'intake',
    'appointment',
    'visit',
    'diagnosis',
    'treatment_plan',
    'treatment_plan_service',
    'medication',
    'document',
    'consent',
    'authorization',
    'time_log',
    'survey'
]) }}

select * from superseded
