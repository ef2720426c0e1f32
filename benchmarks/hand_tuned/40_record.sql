-- What the agency recorded. Each table is read once, with the columns that something needs; a Part 2 record is known by its
-- program, or by the client's Part 2 enrollment that day.

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

-- A kept appointment is a visit too, unless one is recorded: under its id, or without any id that day.
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
        coalesce(is_crisis, false) or service_line = 'crisis' as is_crisis,
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
    false as is_mental_principal, false as is_mental_dx_any, false as is_sud_dx_any, service_line = 'crisis' as is_crisis,
    is_part2
from (from fct_appointment where status = 'kept' and scheduled_at <= as_of()) as appointment
anti join recorded on appointment.appointment_id = recorded.appointment_id
anti join (
    select distinct client_key, visit_date, service_line from recorded where appointment_id is null
) as unlinked
    on appointment.client_key = unlinked.client_key and appointment.scheduled_date = unlinked.visit_date
    and appointment.service_line = unlinked.service_line;

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
    coalesce(contact.is_two_way, told.is_two_way, false) as is_two_way, appointment_id, next_follow_up_date, minutes,
    instructions_reviewed, medications_reconciled,
    -- what the client's own care manager wrote discloses nothing to her
    part2_span.client_key is not null and coalesce(staff_id <> care_manager_id, true) as is_part2
from outreach_log_contact as contact
left join client_of_agency as client using (client_id)
left join dim_client on client.client_key = dim_client.client_key
left join seed_contact_outcome as told on contact.outcome = told.outcome
left join part2_span
    on client.client_key = part2_span.client_key
    and contacted_at_day between part2_span.start_date and part2_span.end_date;

create table fct_referral as
select
    _row as referral_key, client.client_key, referral_id, direction, domain, priority, created_at,
    created_at_day as created_date, sent_at, accepted_at, scheduled_at, attended_at, result_received_at, closed_at,
    close_reason, barrier_code, referred_to,
    -- the furthest step reached is the status
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

-- One pass over the answers; a value outside its range is no answer. The response is known by the hash of its id.
create temp table response as
select
    any_value(response_id) as response_id,
    answer.instrument,
    min(client_id) as client_id,
    max(client_id) as other_client_id,
    min(administered_at) as administered_at,
    min(administered_at_day) as administered_date,
    max(case status when 'declined' then 2 when 'in_progress' then 1 else 0 end) as status_rank,
    count(*) filter (where item.item_number is not null and not item.is_safety_item) as item_row_count,
    count(*) filter (where item_value between lowest and highest) as answered_count,
    sum(case when is_reversed then highest - item_value else item_value end)
        filter (where item_value between lowest and highest) as item_score,
    max(item_value) filter (where is_safety_item and item_value between lowest and highest) as safety_item,
    min(total_score) as total_given,
    max(total_score) as other_total_given,
    max(level.level_rank) as level_rank_given,
    max(item.level_rank) filter (where item_value > 0 and item_value between lowest and highest) as item_level_rank,
    count(*) filter (where item_value between lowest and highest and answer.item_number in (1, 2, 6)) as gate_item_count,
    bool_or(answer.is_positive) filter (where domain is not null) as has_need,
    bool_or(answer.is_positive) filter (where domain = 'food') as is_food_need,
    bool_or(answer.is_positive) filter (where domain = 'housing') as is_housing_need,
    bool_or(answer.is_positive) filter (where domain = 'transportation') as is_transportation_need,
    bool_or(answer.is_positive) filter (where domain = 'utilities') as is_utilities_need,
    bool_or(answer.is_positive) filter (where domain = 'safety') as is_safety_need,
    max(reviewed_at) as reviewed_at,
    max(answer.program_id) as program_id,
    bool_or(coalesce(is_part2, false)) as is_part2_program,
    bool_and(program.program_id is not null) as has_known_program
from screenings_response as answer
left join seed_screening_item as item using (instrument, item_number)
left join seed_screening_level as level on answer.level = level.level
left join dim_program as program on answer.program_id = program.program_id
group by hash(response_id), answer.instrument;

create table fct_screening as
with measured as (
    select
        response.*, item_count, item_count - answered_count as missing_count, prorated_missing_limit, positive_from,
        positive_from_male, positive_up_to,
        total_given between total_lowest and total_highest and (not is_whole_number or total_given = floor(total_given))
            as is_total_possible,
        case status_rank when 2 then 'declined' when 1 then 'in_progress' else 'completed' end as status,
        item_row_count > 0 as is_item_level,
        -- items and total must agree
        coalesce(total_given <> other_total_given, false)
        or coalesce(total_given not between coalesce(item_score, 0)
            and coalesce(item_score, 0) + missing_count * item_highest, false)
        or coalesce(level_rank_given <> item_level_rank, false) as is_contradicted,
        -- an answer that says danger counts before the form is finished, and above a milder level
        case
            when status_rank = 2 then null
            when item_level_rank is not null or level_rank_given > 0 then greatest(level_rank_given, item_level_rank)
            when status_rank = 0 and instrument = 'cssrs' and gate_item_count = 3 then 0
            when status_rank = 0 then level_rank_given
        end as level_rank
    from response
    inner join seed_screening_instrument using (instrument)
),
scored as (
    select
        measured.*, level.level, level.is_positive as is_level_positive,
        case
            when status <> 'completed' then null
            when is_item_level and missing_count = 0 then cast(item_score as decimal(6, 2))
            when not is_item_level and is_total_possible and not is_contradicted then cast(total_given as decimal(6, 2))
        end as total_score,
        -- one or two answers missing, for display only
        case
            when status = 'completed' and is_item_level and missing_count between 1 and prorated_missing_limit
                then cast(round(item_score * item_count / cast(answered_count as decimal(9, 4))) as integer)
        end as prorated_score,
        case when status <> 'declined' then safety_item end as item_9,
        case
            when status <> 'completed' then 'not_scored'
            when total_score is not null or level is not null or has_need is not null then 'valid'
            when prorated_score is not null then 'prorated'
            else 'invalid'
        end as score_status
    from measured
    left join seed_screening_level as level using (level_rank)
),
known as (
    select
        scored.*,
        -- one response under two people's ids belongs to neither
        case when other.client_key = client.client_key then client.client_key end as client_key
    from scored
    left join client_of_agency as client on scored.client_id = client.client_id
    left join client_of_agency as other on scored.other_client_id = other.client_id
)
select
    row_number() over () as screening_key, known.client_key, 'screenings' as source, response_id, known.instrument, administered_at,
    administered_date, known.status, score_status, total_score, prorated_score, score_status = 'valid' as is_complete,
    missing_count as missing_item_count, item_9, level,
    case
        when total_score is not null
            then coalesce(
                total_score >= case when sex = 'M' then coalesce(positive_from_male, positive_from) else positive_from end,
                total_score <= positive_up_to
            )
        when level is not null then is_level_positive
        when known.status = 'completed' then has_need
    end as is_positive,
    coalesce(level, severity) as severity, is_contradicted, is_food_need, is_housing_need, is_transportation_need,
    is_utilities_need, is_safety_need, reviewed_at,
    coalesce((select count(reviewed_at) > 0 from response), false) as has_review_feed, program_id,
    is_part2_program or (not has_known_program and part2_span.client_key is not null) as is_part2
from known
left join seed_screening_severity_band as band
    on known.instrument = band.instrument and total_score > above_score and total_score <= up_to_score
left join dim_client using (client_key)
left join part2_span
    on known.client_key = part2_span.client_key
    and administered_date between part2_span.start_date and part2_span.end_date;

-- The call, the visit and its claim are one crisis; what is no Part 2 record stands for it where there is one.
create temp table fct_crisis_contact as
with told as (
    select 'center' as channel, 1 as channel_order, stay_key as event_id, client_key, admitted_at as started_at,
        admit_date as contact_date, is_part2
    from fct_stay where stay_class = 'crisis'
    union all
    select 'visit', 2, visit_key, client_key, started_at, visit_date, is_part2 from fct_visit where is_crisis
    union all
    select 'intake', 3, intake_key, client_key, first_contact_at, first_contact_date, is_part2
    from fct_intake where urgency = 'crisis'
    union all
    select 'mobile', 4, cast(claim_key as bigint), client_key, start_of_day(start_date), start_date,
        has(setting_mask, setting_bit('part2_provider'))
    from claim_final where not is_denied and has(setting_mask, setting_bit('crisis'))
)
select row_number() over () as crisis_contact_key, * exclude (channel_order, event_id)
from told
qualify row_number() over (
    partition by coalesce(client_key, -event_id), contact_date order by is_part2, channel_order, started_at, event_id
) = 1;

-- Outpatient services of claims that could count for a measure; a claim of several days is several visits.
create temp table claim_service as
select
    client_key, start_date + unnest(case
        when follow_up_days_mask <= 1 then [0]
        else list_filter(range(63), lambda n: (follow_up_days_mask & (cast(1 as bigint) << n)) > 0)
    end)::integer as service_date,
    follow_up_days_mask > 0 as is_follow_up_setting,
    -- the taxonomy where the source has one, else the place; else nobody knows
    case
        when has(setting_mask, setting_bit('mental_health_taxonomy')) then true
        when has(setting_mask, setting_bit('known_taxonomy')) then false
        when has(setting_mask, setting_bit('mental_health_place')) then true
    end as is_mental_health_provider,
    has(diagnosis_mask, diagnosis_bit('is_mental_any')) as is_mental_any,
    has(setting_mask, setting_bit('residential')) as is_residential,
    has(setting_mask, setting_bit('peer_support')) as is_peer_support,
    has(setting_mask, setting_bit('part2_provider')) as is_part2
from claim_final
where not is_denied and not is_acute_inpatient
    and (follow_up_days_mask > 0 or has(setting_mask, setting_bit('residential')))
    and (
        has(
            setting_mask,
            setting_bit('mental_health_taxonomy') | setting_bit('mental_health_place') | setting_bit('peer_support')
            | setting_bit('residential')
        )
        or has(diagnosis_mask, diagnosis_bit('is_mental_any') | diagnosis_bit('is_sud') | diagnosis_bit('is_overdose'))
    );
