-- Who a client is: the agency's record after merges; a claims member or an alert's person with the same Medicaid id (MBI)
-- and birth date is that client; any other member stands for itself. client_key is a number from here on.

-- Merges of merges are followed; twenty steps end a circle, where the smallest id survives.
create temp table merged as
with recursive step as (
    select client.client_id as id, client.merged_into_client_id as next_id
    from ehr_client as client
    semi join ehr_client as survivor on client.merged_into_client_id = survivor.client_id
    where client.merged_into_client_id <> client.client_id
),
walk as (
    select id, next_id, 1 as n from step
    union all
    select walk.id, step.next_id, n + 1 from walk inner join step on walk.next_id = step.id where n < 20
)
select
    walk.id as source_client_id,
    coalesce(min(walk.next_id) filter (where step.id is null), min(walk.next_id)) as client_id
from walk left join step on walk.next_id = step.id
group by walk.id;

create temp table agency_client as
select client.client_id as source_client_id, coalesce(merged.client_id, client.client_id) as client_id
from ehr_client as client
left join merged on client.client_id = merged.source_client_id;

-- A payer may send claims of people whose enrollment it never sent: only those are looked for in the lines.
create temp table member as
with enrolled as (
    select distinct data_source, person_id from claims_eligibility
)
from enrolled
union all
from (
    select distinct data_source, person_id from claims_medical_claim
    anti join enrolled using (data_source, person_id)
    union
    select distinct data_source, person_id from claims_pharmacy_claim
    anti join enrolled using (data_source, person_id)
);

create temp table linked as
with held as (
    select distinct kind, identifier, birth_date, agency.client_id, client.status
    from (
        select client_id, birth_date, status, 'medicaid' as kind, upper_code(medicaid_id) as identifier from ehr_client
        union all
        select client_id, birth_date, status, 'medicare', upper_code(medicare_id) from ehr_client
    ) as client
    inner join agency_client as agency on client.client_id = agency.source_client_id
    where identifier is not null
),
member_identifier as (
    select distinct payer_type as kind, upper_code(member_id) as identifier, birth_date, data_source, person_id
    from claims_eligibility
    where payer_type in ('medicaid', 'medicare') and upper_code(member_id) is not null
),
alert_person as (
    select distinct
        sending_facility_id,
        coalesce(source_patient_id, 'medicaid:' || upper(trim(medicaid_id))) as source_client_id,
        upper_code(medicaid_id) as identifier,
        birth_date
    from adt_event
    where upper_code(medicaid_id) is not null
),
-- a member whom the agency does not know stands for itself in the alerts
alert_holder as (
    select identifier, birth_date, client_id from held where kind = 'medicaid'
    union all
    select identifier, birth_date, 'claims:' || data_source || ':' || person_id
    from member_identifier
    anti join held using (kind, identifier)
    where kind = 'medicaid'
),
link as (
    select 'claims' as source, member.data_source as scope, member.person_id as source_client_id, kind, identifier, client_id
    from member_identifier as member
    inner join held using (kind, identifier, birth_date)
    union
    select 'adt', person.sending_facility_id, person.source_client_id, 'medicaid', identifier, client_id
    from alert_person as person
    inner join alert_holder using (identifier, birth_date)
),
-- the agency may keep two records with one id and birth date: the record in use gets the link
ranked as (
    select link.*, row_number() over (
        partition by source, scope, source_client_id, kind, identifier
        order by case client.status when 'discharged' then 2 when 'inactive' then 1 else 0 end, link.client_id
    ) as preference
    from link
    left join ehr_client as client on link.client_id = client.client_id
)
-- a person whose identifiers lead to two of our clients is nobody's
select source, scope, source_client_id, min(client_id) as client_id
from ranked
where preference = 1
group by all
having count(distinct client_id) = 1;

create temp table identity as
select source, scope, source_client_id, client_id, is_own, dense_rank() over (order by client_id) as client_key
from (
    select 'ehr' as source, '' as scope, source_client_id, client_id, source_client_id = client_id as is_own
    from agency_client
    union all
    select
        'claims', data_source, person_id,
        coalesce(linked.client_id, 'claims:' || data_source || ':' || person_id), linked.client_id is null
    from member
    left join linked on source = 'claims' and scope = data_source and source_client_id = person_id
    union all
    select source, scope, source_client_id, client_id, false from linked where source = 'adt'
);

-- The three ways to find a client, each as narrow as its join.
create temp table client_of_agency as
select source_client_id as client_id, client_key from identity where source = 'ehr';
create temp table client_of_member as
select scope as data_source, source_client_id as person_id, hash(scope, source_client_id) as person_hash, client_key
from identity where source = 'claims';
create temp table client_of_alert as
select scope as sending_facility_id, source_client_id, client_key from identity where source = 'adt';

create temp table dim_program as
select
    program_id, coalesce(is_part2, false) as is_part2,
    coalesce(expected_visit_interval_days, visit_interval_days) as expected_visit_interval_days
from ehr_program
left join seed_service_line_default using (service_line);

create temp table dim_provider as
select npi, provider_name, taxonomy_code, facility_type, coalesce(is_part2, false) as is_part2 from ehr_provider;

create temp table fct_program_enrollment as
select client_key, enrollment_id, program_id, start_date, end_date
from ehr_program_enrollment
left join client_of_agency using (client_id);

-- Days on which a client is in a Part 2 program, without overlaps, so that a row meets one span at most.
create temp table part2_span as
select client_key, min(start_date) as start_date, max(end_date) as end_date
from (
    select *, sum(case when start_date <= latest_end_date + 1 then 0 else 1 end) over (
        partition by client_key order by start_date, end_date rows unbounded preceding
    ) as n
    from (
        select client_key, start_date, end_date, max(end_date) over (
            partition by client_key order by start_date, end_date rows between unbounded preceding and 1 preceding
        ) as latest_end_date
        from (
            select client_key, start_date, coalesce(end_date, date '9999-12-31') as end_date
            from fct_program_enrollment
            semi join (from dim_program where is_part2) using (program_id)
        )
        where end_date >= start_date and client_key is not null
    )
)
group by client_key, n;

create temp table fct_eligibility as
with enrollment as (
    select
        client_key, coalesce(payer_type, 'other') as payer_type, enrollment_start_date as start_date,
        coalesce(enrollment_end_date, date '9999-12-31') as end_date, coalesce(is_dual, false) as is_dual
    from claims_eligibility as enrollment
    inner join client_of_member using (data_source, person_id)
    left join seed_dual_status as dual on padded_code(enrollment.dual_status_code, 2) = dual.dual_status_code
),
numbered as (
    select *, sum(case when start_date <= latest_end_date + 1 then 0 else 1 end) over (
        partition by client_key, payer_type order by start_date, end_date rows unbounded preceding
    ) as n
    from (
        select *, max(end_date) over (
            partition by client_key, payer_type order by start_date, end_date
            rows between unbounded preceding and 1 preceding
        ) as latest_end_date
        from enrollment
        where end_date >= start_date
    )
)
select client_key, payer_type, min(start_date) as start_date, max(end_date) as end_date, bool_or(is_dual) as is_dual
from numbered
group by client_key, payer_type, n;

-- Nobody calls the dead: the record system's date first, then the payer's, the hospital's, the care manager's.
create temp table deceased as
with report as (
    select 'ehr' as source, '' as scope, client_id as source_client_id, 1 as preference, death_date
    from ehr_client where death_date is not null
    union all
    select 'claims', data_source, person_id, 2, death_date
    from claims_eligibility where death_date is not null or death_flag
    union all
    select
        'adt', sending_facility_id, coalesce(source_patient_id, 'medicaid:' || upper(trim(medicaid_id))), 3,
        event_at_day
    from adt_event as event
    left join seed_discharge_disposition as disposition
        on padded_code(event.discharge_disposition_code, 2) = disposition.discharge_disposition_code
    where event_type = 'deceased' or (event_type = 'discharge' and category = 'died')
    union all
    select 'ehr', '', client_id, 4, contacted_at_day from outreach_log_contact where outcome = 'deceased'
)
select client_key, first(death_date order by death_date is null, preference, death_date) as death_date
from report
inner join identity using (source, scope, source_client_id)
where coalesce(death_date <= as_of_date(), true)
group by client_key;

create table dim_client as
with described as (
    select
        client_key, identity.client_id, 'ehr' as source, first_name, middle_name, last_name, name_suffix, preferred_name,
        birth_date, sex, race, ethnicity, language, interpreter_needed, address, city, state, zip_code, phone, phone_2,
        ok_to_call, ok_to_leave_message, ok_to_text, ok_to_mail, guardian_name, guardian_phone, is_confidential_minor,
        housing_status, site_id, status, upper_code(medicaid_id) as medicaid_id, upper_code(medicare_id) as medicare_id
    from ehr_client as client
    inner join (from identity where source = 'ehr' and is_own) as identity on client.client_id = identity.source_client_id
    union all by name
    select
        client_key, identity.client_id, 'claims' as source, first_name, middle_name, last_name, name_suffix, birth_date,
        gender as sex, race, ethnicity, address, city, state, zip_code, phone,
        case when payer_type = 'medicaid' then upper_code(member_id) end as medicaid_id,
        case when payer_type = 'medicare' then upper_code(member_id) end as medicare_id
    from (from identity where source = 'claims' and is_own) as identity
    left join (
        from claims_eligibility
        qualify row_number() over (
            partition by data_source, person_id
            order by enrollment_end_date desc nulls last, enrollment_start_date desc, _row desc
        ) = 1
    ) as enrollment on identity.scope = enrollment.data_source and identity.source_client_id = enrollment.person_id
),
care_manager as (
    select client_key, first(staff_id order by start_date desc, assignment_id) as care_manager_id
    from ehr_assignment
    inner join client_of_agency using (client_id)
    where role = 'care_manager' and as_of_date() >= start_date and coalesce(as_of_date() <= end_date, true)
    group by client_key
),
program as (
    select client_key, first(program_id order by start_date desc, enrollment_id) as primary_program_id
    from fct_program_enrollment
    where as_of_date() >= start_date and coalesce(as_of_date() <= end_date, true)
    group by client_key
),
-- the spans that hold at as_of, or else those that ended last
payer as (
    select
        client_key,
        case
            when bool_or(is_dual) or (bool_or(payer_type = 'medicaid') and bool_or(payer_type = 'medicare')) then 'dual'
            when bool_or(payer_type = 'medicaid') then 'medicaid'
            when bool_or(payer_type = 'medicare') then 'medicare'
            when bool_or(payer_type = 'commercial') then 'commercial'
            else 'other'
        end as payer_type
    from (
        select *, least(end_date, as_of_date()) as known_until, max(known_until) over (partition by client_key) as latest
        from fct_eligibility
        where start_date <= as_of_date()
    )
    where known_until = latest
    group by client_key
)
select
    described.* exclude (sex, race, ethnicity, language),
    described.source = 'ehr' as is_agency_client,
    death_date,
    deceased.client_key is not null as is_deceased,
    age_years(birth_date, as_of_date()) as age_years,
    case when described.sex is not null then coalesce(sex_name.normalized, 'U') end as sex,
    case when described.race is not null then coalesce(race_name.normalized, 'unknown') end as race,
    case when described.ethnicity is not null then coalesce(ethnicity_name.normalized, 'unknown') end as ethnicity,
    coalesce(language_name.normalized, lower(trim(described.language))) as language,
    care_manager_id,
    primary_program_id,
    payer_type,
    described.source = 'ehr' and deceased.client_key is null and coalesce(status, 'active') <> 'discharged' as is_listable
from described
left join deceased using (client_key)
left join seed_demographic_name as sex_name
    on sex_name.attribute = 'sex' and lower(described.sex) = sex_name.delivered
left join seed_demographic_name as race_name
    on race_name.attribute = 'race' and lower(trim(described.race)) = race_name.delivered
left join seed_demographic_name as ethnicity_name
    on ethnicity_name.attribute = 'ethnicity' and lower(trim(described.ethnicity)) = ethnicity_name.delivered
left join seed_demographic_name as language_name
    on language_name.attribute = 'language' and lower(trim(described.language)) = language_name.delivered
left join care_manager using (client_key)
left join program using (client_key)
left join payer using (client_key);
