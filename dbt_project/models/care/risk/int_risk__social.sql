{#- Longer than the budget: record, screening and calls are one domain, a domain is one model. -#}
{% set needs = ['safety', 'transportation', 'food', 'utilities', 'housing'] %}
with
client as (
    select client_key, housing_status, phone, phone_2 from {{ ref('dim_client') }}
),

living_situation as (
    select * from {{ ref('int_client__living_situation') }}
),

client_part2_view as (
    select * from {{ ref('int_client__part2_view') }}
),

score_date as (
    select * from {{ ref('int_risk__score_date') }}
),

screening as (
    select * from {{ ref('fct_screening') }}
    where instrument = 'sdoh' and client_key is not null
),

call as (
    select client_key, contact_key, contacted_at, outcome, is_part2 from {{ ref('fct_contact') }}
    where channel in ('phone', 'text') and client_key is not null
),

-- The record holds only the present housing status and phone numbers.
client_state as (
    select
        score_date.score_point,
        score_date.score_date,
        client_part2_view.part2_view,
        client.client_key,
        client.housing_status,
        client.phone is null and client.phone_2 is null as is_without_phone,
        living_situation.evidence_table,
        living_situation.evidence_key
    from client
    inner join living_situation on client.client_key = living_situation.client_key
    inner join client_part2_view on client.client_key = client_part2_view.client_key
    cross join score_date
    where client.housing_status in ('homeless', 'unstable')
        or (client.phone is null and client.phone_2 is null)
),

need_answer as (
    {%- for need in needs %}
    {%- set measure = 'housing_instability' if need == 'housing' else 'need_' ~ need %}
    select
        client_key, screening_key, administered_at, administered_date, is_part2,
        '{{ need }}' as need, is_{{ need }}_need as is_present,
        {{ risk_window_days(measure) }} as window_days
    from screening
    where is_{{ need }}_need is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- An answer counts until the next answer about the same need.
spanned_need as (
    select
        client_part2_view.part2_view,
        need_answer.*,
        lead(need_answer.administered_at) over (
            partition by
                client_part2_view.part2_view, need_answer.client_key, need_answer.need
            order by need_answer.administered_at, need_answer.screening_key
        ) as next_at
    from need_answer
    inner join client_part2_view on need_answer.client_key = client_part2_view.client_key
    where client_part2_view.part2_view = 'full' or not need_answer.is_part2
),

present_need as (
    select
        score_date.score_point, spanned_need.part2_view, spanned_need.client_key, spanned_need.need,
        spanned_need.administered_date, spanned_need.is_part2,
        screening.evidence_table, screening.evidence_key
    from spanned_need
    inner join screening on spanned_need.screening_key = screening.screening_key
    inner join client on spanned_need.client_key = client.client_key
    inner join score_date
        on spanned_need.administered_at <= score_date.score_at
        and (spanned_need.next_at is null or spanned_need.next_at > score_date.score_at)
        and score_date.score_date - spanned_need.administered_date
        <= spanned_need.window_days
    where spanned_need.is_present
        -- a housing status of the record takes precedence over a screening
        and (
            spanned_need.need <> 'housing'
            or coalesce(client.housing_status, 'unknown') = 'unknown'
        )
),

spanned_call as (
    select
        client_part2_view.part2_view,
        call.*,
        lead(call.contacted_at) over (
            partition by client_part2_view.part2_view, call.client_key
            order by call.contacted_at, call.contact_key
        ) as next_at
    from call
    inner join client_part2_view on call.client_key = client_part2_view.client_key
    where call.client_key in (
            select wrong.client_key from call as wrong
            where wrong.outcome = 'wrong_number'
        )
        and (client_part2_view.part2_view = 'full' or not call.is_part2)
),

-- rules/risk-score.md#social, "no working phone": none on record, or the last call found a wrong
-- number.
wrong_number as (
    select
        score_date.score_point, spanned_call.part2_view, spanned_call.client_key,
        contact.contacted_date, contact.is_part2, contact.evidence_table, contact.evidence_key
    from spanned_call
    inner join client
        on spanned_call.client_key = client.client_key
        and coalesce(client.phone, client.phone_2) is not null
    inner join score_date
        on spanned_call.contacted_at <= score_date.score_at
        and (spanned_call.next_at is null or spanned_call.next_at > score_date.score_at)
    inner join {{ ref('fct_contact') }} as contact
        on spanned_call.contact_key = contact.contact_key
    where spanned_call.outcome = 'wrong_number'
),

fact as (
    select
        score_point, part2_view, client_key, 'housing_instability' as measure,
        cast(case housing_status when 'homeless' then 2 else 1 end as decimal(18, 4)) as value,
        false as is_part2, evidence_table, evidence_key,
        score_date as evidence_date
    from client_state
    where housing_status in ('homeless', 'unstable')
    union all
    select
        score_point, part2_view, client_key, 'no_working_phone' as measure,
        cast(1 as decimal(18, 4)) as value,
        false as is_part2, evidence_table, evidence_key,
        score_date as evidence_date
    from client_state
    where is_without_phone
    union all
    select
        score_point, part2_view, client_key,
        case need when 'housing' then 'housing_instability' else 'need_' || need end as measure,
        cast(1 as decimal(18, 4)) as value,
        is_part2, evidence_table, evidence_key, administered_date as evidence_date
    from present_need
    union all
    select
        score_point, part2_view, client_key, 'no_working_phone' as measure,
        cast(1 as decimal(18, 4)) as value,
        is_part2, evidence_table, evidence_key, contacted_date as evidence_date
    from wrong_number
)

select * from fact
