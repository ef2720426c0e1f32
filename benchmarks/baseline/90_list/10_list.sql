-- Each care manager's ranked list for today: the most urgent task of each client, in the Part 2 view that consent allows.

-- Every origin of the client's Part 2 rows needs an active consent for that program or for all programs.
create temp table recipient_view as
with listed as (
    select client_key, care_manager_id from dim_client where is_listable
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
        on recipient_type = 'program' and recipient_id = membership.program_id and care_manager_id = staff_id
    where consent.start_date <= as_of_date()
        and (
            (recipient_type = 'staff' and recipient_id = care_manager_id)
            or staff_id is not null
            or (recipient_type = 'organization' and recipient_id = getvariable('organization_id'))
            or (recipient_type = 'any_treating' and care_manager_id is not null)
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
    select client_key, bool_and(coalesce(covers_all or list_contains(programs, program_id), false)) as is_covered
    from part2_origin
    left join covering using (client_key)
    group by client_key
)
select client_key, care_manager_id, not coalesce(is_covered, true) as no_part2
from listed
left join permission using (client_key);

create table outreach_list as
with waiting as (
    select
        task.client_key, scope.care_manager_id, task_key, lane, opened_at, minutes, client_id,
        greatest(
            cast(date_diff('second', due_at, as_of()) / 3600.0 as decimal(9, 1)), cast(0 as decimal(9, 1))
        ) as overdue_hours,
        case when task.no_part2 then rank_without_part2 else tier_rank end as tier_rank,
        -- an aging task moves up within its lane; the client's score does not change
        case when task.no_part2 then risk_score_without_part2 else risk_score end + least(
            floor(
                (as_of_date() - greatest(local_date(opened_at), local_date(last_contact_at)))
                / risk_setting('aging_days')
            ) * risk_setting('aging_points'),
            risk_setting('aging_cap')
        ) as aged_score
    from (
        select task.*
        from task
        inner join recipient_view using (client_key, no_part2)
        where status = 'open' and paused_reason is null
        qualify row_number() over (partition by client_key order by lane, due_at, opened_at, task_key) = 1
    ) as task
    inner join recipient_view as scope using (client_key, no_part2)
    inner join seed_list_lane using (lane)
    inner join mart_client_risk using (client_key)
    left join contact_last using (client_key, no_part2)
),
ranked as (
    select *, row_number() over (
        partition by care_manager_id
        order by
            lane, case when lane = risk_setting('referral_lane') then 0 else overdue_hours end desc, tier_rank desc,
            aged_score desc, opened_at, md5(client_id), task_key
    ) as rank
    from waiting
),
-- the working share of the shift, minus the time scheduled on that day
working_day as (
    select
        staff_id,
        greatest(
            coalesce(shift_minutes, risk_setting('default_shift_minutes')) * risk_setting('working_share')
            - coalesce(booked_minutes, 0), 0
        ) as working_minutes
    from ehr_staff
    left join (
        select provider_id, sum(duration_minutes) as booked_minutes
        from fct_appointment
        where scheduled_date = as_of_date() and status in ('scheduled', 'kept')
        group by provider_id
    ) on staff_id = provider_id
)
select
    client_id, client_key, task_key, lane, care_manager_id, cast(rank as integer) as rank,
    sum(minutes) over (partition by care_manager_id order by rank rows unbounded preceding) as minutes_so_far,
    coalesce(lane > risk_setting('max_lane_exempt_from_spillover') and minutes_so_far > working_minutes, false) as is_spillover
from ranked
left join working_day on care_manager_id = staff_id;
