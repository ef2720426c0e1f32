-- Intakes, diagnoses, documents, medications, plans, contacts and referrals, each read once.
create temp table fct_intake as
select
    _row as intake_key, client.client_key, first_contact_at, first_contact_at_day as first_contact_date, urgency,
    first_service_at, part2_span.client_key is not null as is_part2
from ehr_intake
left join client_of_agency as client using (client_id)
left join part2_span
    on client.client_key = part2_span.client_key
    and first_contact_at_day between part2_span.start_date and part2_span.end_date
where first_contact_at <= as_of() + interval '1 day';

create temp table fct_diagnosis as
select
    _row as diagnosis_key, diagnosis_id, client.client_key, coalesce(onset_date, local_date(recorded_at)) as diagnosis_date,
    record.end_date, diagnosis_mask(code) as mask,
    coalesce(verification_status, 'confirmed') = 'confirmed' as is_confirmed, record.program_id,
    coalesce(program.is_part2, part2_span.client_key is not null) as is_part2
from ehr_diagnosis as record
left join client_of_agency as client using (client_id)
left join dim_program as program on record.program_id = program.program_id
left join part2_span
    on client.client_key = part2_span.client_key
    and coalesce(onset_date, local_date(recorded_at)) between part2_span.start_date and part2_span.end_date
where coalesce(recorded_at <= as_of() + interval '1 day', true)
    and coalesce(verification_status, 'confirmed') not in ('refuted', 'entered_in_error');

create temp table fct_document as
select
    document_id, client.client_key, document_type, document_at, document_at_day as document_date, author_id, value,
    reason, expires_date, record.program_id,
    coalesce(program.is_part2, part2_span.client_key is not null) as is_part2
from ehr_document as record
left join client_of_agency as client using (client_id)
left join dim_program as program on record.program_id = program.program_id
left join part2_span
    on client.client_key = part2_span.client_key
    and document_at_day between part2_span.start_date and part2_span.end_date
where coalesce(document_at <= as_of() + interval '1 day', true);

create temp table fct_medication as
select
    _row as medication_key, medication_id, client.client_key, medication_class, record.start_date, record.end_date,
    coalesce(is_long_acting_injectable, false) as is_long_acting_injectable, next_due_date, days_supply, record.program_id,
    coalesce(program.is_part2, part2_span.client_key is not null) as is_part2
from ehr_medication as record
left join client_of_agency as client using (client_id)
left join dim_program as program on record.program_id = program.program_id
left join part2_span
    on client.client_key = part2_span.client_key
    and record.start_date between part2_span.start_date and part2_span.end_date;

create temp table fct_treatment_plan as
select
    plan_id, client.client_key, record.program_id, record.start_date, next_review_date, status,
    coalesce(program.is_part2, part2_span.client_key is not null) as is_part2
from ehr_treatment_plan as record
left join client_of_agency as client using (client_id)
left join dim_program as program on record.program_id = program.program_id
left join part2_span
    on client.client_key = part2_span.client_key
    and record.start_date between part2_span.start_date and part2_span.end_date;

create table fct_contact as
select
    _row as contact_key, client.client_key, contact_id, task_key, staff_id, contacted_at,
    contacted_at_day as contacted_date, channel, contact.outcome,
    coalesce(contact.is_two_way, outcome_code.is_two_way, false) as is_two_way, appointment_id, next_follow_up_date, minutes,
    instructions_reviewed, medications_reconciled,
    -- a contact logged by the recipient of the client's row discloses nothing to that recipient
    part2_span.client_key is not null and coalesce(staff_id <> recipient_staff_id, true) as is_part2
from outreach_log_contact as contact
left join client_of_agency as client using (client_id)
left join recipient on client.client_key = recipient.client_key
left join seed_contact_outcome as outcome_code on contact.outcome = outcome_code.outcome
left join part2_span
    on client.client_key = part2_span.client_key
    and contacted_at_day between part2_span.start_date and part2_span.end_date;

create table fct_referral as
select
    _row as referral_key, client.client_key, referral_id, direction, domain, priority, created_at,
    created_at_day as created_date, sent_at, accepted_at, scheduled_at, attended_at, result_received_at, closed_at,
    close_reason, barrier_code, referred_to,
    -- the status is the furthest step reached
    case
        when closed_at is not null then 'closed'
        when result_received_at is not null then 'result_received'
        when attended_at is not null then 'attended'
        when scheduled_at is not null then 'scheduled'
        when accepted_at is not null then 'accepted'
        when sent_at is not null then 'sent'
        else 'created'
    end as status,
    greatest(created_at, sent_at, accepted_at, scheduled_at, attended_at, result_received_at, closed_at) as last_status_at,
    closed_at is null as is_open,
    closed_at is not null and (attended_at is not null or close_reason is not null) as is_loop_closed,
    referral.program_id,
    coalesce(program.is_part2, false) or (program.program_id is null and part2_span.client_key is not null) as is_part2
from referrals_referral as referral
left join client_of_agency as client using (client_id)
left join dim_program as program on referral.program_id = program.program_id
left join part2_span
    on client.client_key = part2_span.client_key
    and created_at_day between part2_span.start_date and part2_span.end_date;
