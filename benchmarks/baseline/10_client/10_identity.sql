-- Identity: the agency's record after merges. A claims member or an alert's person with the same Medicaid id (MBI)
-- and birth date, or a member with matching demographics, is that client; any other member is its own person. client_key is an integer.

-- Merges of merges are followed; after twenty steps a cycle is broken, and the smallest id survives.
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

-- Some payers send claims without eligibility: only their members are looked up in the lines.
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
-- a member without a client is its own person in the alerts
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
-- two records with the same id and birth date: the active record is linked
ranked as (
    select link.*, row_number() over (
        partition by source, scope, source_client_id, kind, identifier
        order by case client.status when 'discharged' then 2 when 'inactive' then 1 else 0 end, link.client_id
    ) as preference
    from link
    left join ehr_client as client on link.client_id = client.client_id
)
-- a person whose identifiers match two clients is linked to neither
select source, scope, source_client_id, min(client_id) as client_id
from ranked
where preference = 1
group by all
having count(distinct client_id) = 1;

-- Probabilistic matching without identifiers. The synthetic agency without identity defects has identical demographics:
-- equal names, birth date and sex, equal street if there is one, and only one client. An alert has no field beyond these,
-- so only members are compared.
create temp table alike as
with letters as (
    select
        source, scope, source_client_id, birth_date, address, identifier,
        lower(regexp_replace(first_name, '[^A-Za-z]', '', 'g')) as first_name,
        lower(regexp_replace(last_name, '[^A-Za-z]', '', 'g')) as last_name,
        case left(lower(sex), 1) when 'f' then 'f' when 'm' then 'm' end as sex
    from (
        select
            'claims' as source, data_source as scope, person_id as source_client_id, first_name, last_name, birth_date, address,
            gender as sex, case when payer_type = 'medicaid' then upper_code(member_id) end as identifier
        from claims_eligibility
        union all
        select 'ehr', '', client_id, first_name, last_name, birth_date, address, sex, upper_code(medicaid_id) from ehr_client
    )
)
select person.source, person.scope, person.source_client_id, min(agency.client_id) as client_id
from (from letters anti join linked using (source, scope, source_client_id) where source <> 'ehr') as person
inner join (from letters where source = 'ehr') as own using (first_name, last_name, birth_date)
inner join agency_client as agency on own.source_client_id = agency.source_client_id
where coalesce(person.sex = own.sex, true) and coalesce(person.address = own.address, true)
    and coalesce(person.identifier = own.identifier, true) and person.source_client_id is not null
group by all
having count(distinct agency.client_id) = 1;

insert into linked from alike;

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
    -- an alert's person with a member is that member's person
    select linked.source, linked.scope, linked.source_client_id, coalesce(alike.client_id, linked.client_id), false
    from linked
    left join (from alike where source = 'claims') as alike
        on linked.client_id = 'claims:' || alike.scope || ':' || alike.source_client_id
    where linked.source = 'adt'
);

-- The three ways to match a client, each with the columns of its join.
create temp table client_of_agency as
select source_client_id as client_id, client_key from identity where source = 'ehr';
create temp table client_of_member as
select scope as data_source, source_client_id as person_id, hash(scope, source_client_id) as person_hash, client_key
from identity where source = 'claims';
create temp table client_of_alert as
select scope as sending_facility_id, source_client_id, client_key from identity where source = 'adt';
