with client as (
    select client_key, recipient_staff_id from {{ ref('int_client__recipient') }}
    where is_listable
),

part2_origin as (
    select * from {{ ref('int_client__part2_origin') }}
),

consent as (
    select * from {{ ref('int_client__consented') }}
),

program_member as (
    select * from {{ ref('int_staff__program_member') }}
),

-- rules/privacy.md#several-programs
covered_origin as (
    select
        part2_origin.client_key,
        part2_origin.program_id,
        count(program_member.staff_id) > 0 as is_member,
        count(program_member.staff_id) > 0
        or count(
            case
                when consent.program_id is null or consent.program_id = part2_origin.program_id
                    then consent.consent_id
            end
        ) > 0 as is_covered
    from part2_origin
    inner join client on part2_origin.client_key = client.client_key
    left join program_member
        on part2_origin.program_id = program_member.program_id
        and client.recipient_staff_id = program_member.staff_id
    left join consent
        on part2_origin.client_key = consent.client_key
        and consent.consent_status = 'consented'
    group by part2_origin.client_key, part2_origin.program_id
),

permission as (
    select
        client_key,
        bool_and(is_covered) as is_covered,
        bool_and(is_member) as is_member
    from covered_origin
    group by client_key
),

-- the consent that was in force last gives the reason why there is none now
lapsed_consent as (
    select
        client_key,
        consent_status,
        row_number() over (
            partition by client_key
            order by last_date desc, consent_status desc, consent_id
        ) as lapse_rank
    from consent
    where consent_status <> 'consented'
),

recipient_view as (
    select
        client.client_key,
        client.recipient_staff_id as care_manager_id,
        case
            when permission.client_key is null or permission.is_member then 'not_needed'
            when permission.is_covered then 'consented'
            else coalesce(lapsed_consent.consent_status, 'none')
        end as consent_status,
        coalesce(permission.is_covered, false) as is_part2_permitted,
        case
            when permission.client_key is null or permission.is_covered then 'full'
            else 'redacted'
        end as part2_view
    from client
    left join permission on client.client_key = permission.client_key
    left join lapsed_consent
        on client.client_key = lapsed_consent.client_key and lapsed_consent.lapse_rank = 1
)

select * from recipient_view
