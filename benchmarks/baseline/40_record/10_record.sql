-- The agency's record. Each table is read once, with the columns that are used. A Part 2 record is identified by its
-- program, or by the client's Part 2 enrollment on that day.

create temp table part2_provider as select distinct npi from dim_provider where is_part2;

create table fct_appointment as
select
    _row as appointment_key, appointment_id, client.client_key, scheduled_at, scheduled_at_day as scheduled_date,
    duration_minutes, service_line, upper_code(procedure_code) as procedure_code, record.program_id, site_id, provider_id,
    record.status, status_at, rescheduled_to_appointment_id, created_at, modality,
    coalesce(program.is_part2, part2_span.client_key is not null) or npi is not null as is_part2
from ehr_appointment as record
left join client_of_agency as client using (client_id)
left join dim_program as program on record.program_id = program.program_id
left join part2_span
    on client.client_key = part2_span.client_key
    and scheduled_at_day between part2_span.start_date and part2_span.end_date
left join part2_provider on provider_id = npi;

-- A kept appointment counts as a visit unless a visit is recorded with its id, or without any id on that day.
create table fct_visit as
with recorded as (
    select
        _row * 2 as visit_key, visit_id, appointment_id, client.client_key, started_at, started_at_day as visit_date,
        ended_at, service_line, upper_code(procedure_code) as procedure_code,
        padded_code(place_of_service_code, 2) as place_of_service_code, provider_id,
        upper_code(provider_taxonomy_code) as provider_taxonomy_code, record.program_id, site_id,
        diagnosis_mask(diagnosis_code_1) as principal_mask,
        principal_mask | diagnosis_mask(diagnosis_code_2) | diagnosis_mask(diagnosis_code_3)
        | diagnosis_mask(diagnosis_code_4) as any_mask,
        has(principal_mask, diagnosis_bit('is_mental_any')) as is_mental_principal,
        has(any_mask, diagnosis_bit('is_mental_any')) as is_mental_dx_any,
        has(any_mask, diagnosis_bit('is_sud')) as is_sud_dx_any,
        has(any_mask, diagnosis_bit('is_self_harm')) as is_self_harm_any,
        has(any_mask, diagnosis_bit('is_overdose')) as is_overdose_any,
        coalesce(is_crisis, false) or service_line = 'crisis'
        or coalesce(upper_code(procedure_code) in (select hcpcs_code from seed_claim_hcpcs where setting = 'crisis'), false)
            as is_crisis,
        coalesce(program.is_part2, part2_span.client_key is not null) or npi is not null as is_part2
    from ehr_visit as record
    left join client_of_agency as client using (client_id)
    left join dim_program as program on record.program_id = program.program_id
    left join part2_span
        on client.client_key = part2_span.client_key
        and started_at_day between part2_span.start_date and part2_span.end_date
    left join part2_provider on provider_id = npi
    where started_at <= as_of() + interval '1 day'
)
select * exclude (principal_mask, any_mask) from recorded
union all by name
select
    appointment_key * 2 + 1 as visit_key, appointment_id, client_key, scheduled_at as started_at,
    scheduled_date as visit_date, service_line, procedure_code, provider_id, program_id, site_id,
    false as is_mental_principal, false as is_mental_dx_any, false as is_sud_dx_any, false as is_self_harm_any,
    false as is_overdose_any,
    service_line = 'crisis'
    or coalesce(procedure_code in (select hcpcs_code from seed_claim_hcpcs where setting = 'crisis'), false) as is_crisis,
    is_part2
from (from fct_appointment where status = 'kept' and scheduled_at <= as_of()) as appointment
anti join recorded on appointment.appointment_id = recorded.appointment_id
anti join (
    select distinct client_key, visit_date, service_line from recorded where appointment_id is null
) as unlinked
    on appointment.client_key = unlinked.client_key and appointment.scheduled_date = unlinked.visit_date
    and appointment.service_line = unlinked.service_line;
