-- Clients at as_of: the agency's record, the payer's eligibility, the assigned care manager.
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
    select
        client_key,
        first(program_id order by start_date desc, enrollment_id) as primary_program_id,
        first(program_id order by start_date desc, enrollment_id) filter (not coalesce(is_part2, false))
            as primary_program_id_without_part2
    from fct_program_enrollment
    left join dim_program using (program_id)
    where as_of_date() >= start_date and coalesce(as_of_date() <= end_date, true)
    group by client_key
),
-- the spans active at as_of, else those that ended last
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
    primary_program_id_without_part2,
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

-- Whose list has the client: the owner's, or the cover's while the owner is on leave.
create temp table recipient as
with away as (
    select staff_id, nullif(cover_staff_id, staff_id) as cover_staff_id
    from ehr_staff_leave
    where as_of_date() between start_date and end_date
    qualify row_number() over (partition by staff_id order by start_date desc, end_date desc, cover_staff_id) = 1
)
select
    client_key, is_listable,
    case
        when away.staff_id is null then care_manager_id
        when cover.staff_id is null then away.cover_staff_id
    end as recipient_staff_id
from dim_client
left join away on care_manager_id = away.staff_id
left join away as cover on away.cover_staff_id = cover.staff_id;
