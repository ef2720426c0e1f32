with recipient as (
    select * from {{ ref('int_client__recipient') }}
    where is_listable
),

client as (
    select client_key, client_id, primary_program_id, site_id, language from {{ ref('dim_client') }}
),

language as (
    select normalized as language, delivered from {{ ref('demographic_name') }}
    where attribute = 'language'
),

-- rules/privacy.md#without-consent: a suggestion for the sake of a Part 2 program would disclose it
program_member as (
    select program_member.staff_id, program_member.program_id
    from {{ ref('int_staff__program_member') }} as program_member
    inner join {{ ref('dim_program') }} as program
        on program_member.program_id = program.program_id and not program.is_part2
),

caseload as (
    select care_manager_id, free_units from {{ ref('int_team__load') }}
),

present_care_manager as (
    select
        staff.staff_id,
        staff.site_id,
        ';' || replace(replace(lower(staff.languages), ',', ';'), ' ', '') || ';' as languages,
        cast(
            coalesce(caseload.free_units, {{ risk_setting('capacity_units') }}) as decimal(9, 1)
        ) as free_units
    from {{ ref('dim_staff') }} as staff
    left join caseload on staff.staff_id = caseload.care_manager_id
    left join {{ ref('int_staff__on_leave') }} as on_leave on staff.staff_id = on_leave.staff_id
    where staff.role = 'care_manager' and on_leave.staff_id is null
),

spoken_language as (
    select distinct care_manager.staff_id, language.language
    from present_care_manager as care_manager
    inner join language
        on care_manager.languages like '%;' || language.delivered || ';%'
),

candidate as (
    select
        recipient.client_key,
        care_manager.staff_id,
        care_manager.free_units,
        coalesce(care_manager.site_id = client.site_id, false) as has_site,
        program_member.staff_id is not null as has_program,
        spoken_language.staff_id is not null as has_language
    from recipient
    inner join client on recipient.client_key = client.client_key
    inner join present_care_manager as care_manager on care_manager.free_units > 0
    left join program_member
        on care_manager.staff_id = program_member.staff_id
        and client.primary_program_id = program_member.program_id
    left join spoken_language
        on care_manager.staff_id = spoken_language.staff_id
        and client.language = spoken_language.language
    where recipient.owner_staff_id is null
),

-- rules/tasks-and-lanes.md#owner: site, program, language, then free units
ranked_candidate as (
    select
        *,
        row_number() over (
            partition by client_key
            order by has_site desc, has_program desc, has_language desc, free_units desc, staff_id
        ) as suggestion_rank
    from candidate
),

owner as (
    select
        recipient.client_key,
        recipient.owner_staff_id,
        recipient.recipient_staff_id,
        recipient.covering_for_staff_id,
        recipient.owner_away_until_date,
        suggestion.staff_id as suggested_staff_id,
        case
            when suggestion.staff_id is not null
                then concat_ws(
                        ', ',
                        case when suggestion.has_site then 'same site' end,
                        case when suggestion.has_program then 'same program' end,
                        case when suggestion.has_language then 'same language' end,
                        cast(suggestion.free_units as {{ dbt.type_string() }}) || ' units free'
                    )
        end as suggested_by
    from recipient
    left join ranked_candidate as suggestion
        on recipient.client_key = suggestion.client_key and suggestion.suggestion_rank = 1
)

select * from owner
