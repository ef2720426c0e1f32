with run as (
    select * from {{ ref('int_run__as_of') }}
),

client as (
    select client_key, recipient_staff_id from {{ ref('int_client__recipient') }}
    where is_listable
),

consent as (
    select * from {{ ref('fct_consent') }}
),

consent_scope as (
    select scope from {{ ref('consent_scope') }}
    where covers_part2
),

consent_purpose as (
    select purpose from {{ ref('consent_purpose') }}
    where covers_outreach
),

program_member as (
    select * from {{ ref('int_staff__program_member') }}
),

-- the recipient of a list row is the client's care manager or the cover; the list of unassigned
-- clients goes to the agency
recipient_consent as (
    select
        consent.client_key,
        consent.consent_id,
        consent.purpose,
        consent.program_id,
        consent.start_date,
        consent.end_date,
        consent.revoked_at
    from consent
    inner join client on consent.client_key = client.client_key
    inner join consent_scope on consent.scope = consent_scope.scope
    inner join consent_purpose on consent.purpose = consent_purpose.purpose
    cross join run
    left join program_member
        on case when consent.recipient_type = 'program' then consent.recipient_id end
        = program_member.program_id
        and client.recipient_staff_id = program_member.staff_id
    where (consent.recipient_type = 'staff' and consent.recipient_id = client.recipient_staff_id)
        or program_member.staff_id is not null
        or (consent.recipient_type = 'organization' and consent.recipient_id = run.organization_id)
        or (consent.recipient_type = 'any_treating' and client.recipient_staff_id is not null)
),

-- a consent ends after its last day, or at once by a revocation; one that was never in force does
-- not count
rated_consent as (
    select
        recipient_consent.*,
        case
            when revoked_at <= run.as_of
                and (
                    end_date is null
                    or revoked_at <= {{ end_of_local_day('end_date', 'run.time_zone') }}
                )
                then 'revoked'
            when end_date < run.as_of_date then 'expired'
            else 'consented'
        end as consent_status,
        least(
            coalesce(end_date, cast('9999-12-31' as date)),
            coalesce({{ local_date('revoked_at', 'run.time_zone') }}, cast('9999-12-31' as date))
        ) as last_date
    from recipient_consent
    cross join run
    where recipient_consent.start_date <= run.as_of_date
)

select * from rated_consent
