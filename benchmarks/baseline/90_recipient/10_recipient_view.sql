-- The Part 2 view of each listable client's row: staff of a Part 2 program see its records; every other origin of Part 2
-- rows needs a consent in force for that program or for all programs.
create table recipient_view as
with listed as (
    select client_key, recipient_staff_id from recipient where is_listable
),
membership as (
    select distinct staff_id, program_id from ehr_staff_program
    where start_date <= as_of_date() and coalesce(end_date, as_of_date()) >= as_of_date()
),
consented as (
    select client_key, consent.program_id
    from ehr_consent as consent
    inner join client_of_agency using (client_id)
    inner join listed using (client_key)
    semi join (from seed_consent_scope where covers_part2) as scope on consent.scope = scope.scope
    semi join (from seed_consent_purpose where covers_outreach) as purpose on consent.purpose = purpose.purpose
    left join membership
        on recipient_type = 'program' and recipient_id = membership.program_id and recipient_staff_id = staff_id
    where consent.start_date <= as_of_date()
        and (
            (recipient_type = 'staff' and recipient_id = recipient_staff_id)
            or staff_id is not null
            or (recipient_type = 'organization' and recipient_id = getvariable('organization_id'))
            or (recipient_type = 'any_treating' and recipient_staff_id is not null)
        )
        -- a consent ends on its last day; a revocation ends it immediately
        and coalesce(end_date >= as_of_date(), true)
        and not coalesce(revoked_at <= as_of() and (end_date is null or revoked_at <= end_of_day(end_date)), false)
),
covering as (
    select client_key, bool_or(program_id is null) as covers_all, list(program_id) as programs
    from consented
    group by client_key
),
permission as (
    select client_key, bool_and(
        membership.staff_id is not null or coalesce(covers_all or list_contains(programs, part2_origin.program_id), false)
    ) as is_covered
    from part2_origin
    inner join listed using (client_key)
    left join membership on part2_origin.program_id = membership.program_id and recipient_staff_id = staff_id
    left join covering using (client_key)
    group by client_key
)
select client_key, recipient_staff_id, not coalesce(is_covered, true) as no_part2
from listed
left join permission using (client_key);
