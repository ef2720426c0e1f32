{% set needs = ['safety', 'transportation', 'food', 'utilities', 'housing'] %}
with
client as (
    select client_key, client_id, housing_status, phone, phone_2
    from {{ ref('dim_client') }}
    where source = 'ehr'
),

record as (
    select source_client_id, _batch_id, _source_row from {{ ref('stg_ehr__client') }}
),

client_scope as (
    select * from {{ ref('int_client__scope') }}
),

spine as (
    select * from {{ ref('int_score__spine') }}
),

screening as (
    select * from {{ ref('fct_screening') }}
    where instrument = 'sdoh' and client_key is not null
),

contact as (
    select * from {{ ref('fct_contact') }}
    where channel in ('phone', 'text') and client_key is not null
),

-- Housing and telephone are the record's present state, the same on every day of the spine.
client_day as (
    select
        spine.spine,
        spine.spine_date,
        client_scope.evidence_scope,
        client.client_key,
        client.housing_status,
        client.phone is null and client.phone_2 is null as is_without_phone,
        'raw_ehr.client' as evidence_table,
        record._batch_id || ':' || cast(record._source_row as {{ dbt.type_string() }})
            as evidence_key
    from client
    inner join record on client.client_id = record.source_client_id
    inner join client_scope on client.client_key = client_scope.client_key
    cross join spine
),

need_answer as (
    {%- for need in needs %}
    select
        client_key, screening_key, administered_at, administered_date, is_part2,
        evidence_table, evidence_key, '{{ need }}' as need, is_{{ need }}_need as is_present
    from screening
    where is_{{ need }}_need is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

last_need as (
    select
        client_day.spine, client_day.evidence_scope, client_day.client_key,
        client_day.housing_status,
        need_answer.need, need_answer.is_present, need_answer.administered_date,
        need_answer.is_part2, need_answer.evidence_table, need_answer.evidence_key,
        row_number() over (
            partition by
                client_day.spine, client_day.evidence_scope, client_day.client_key,
                need_answer.need
            order by need_answer.administered_at desc, need_answer.screening_key
        ) as recency
    from need_answer
    inner join client_day on need_answer.client_key = client_day.client_key
    where need_answer.administered_date <= client_day.spine_date
        and client_day.spine_date - need_answer.administered_date
        <= {{ risk_window_days('need_safety') }}
        and (client_day.evidence_scope = 'all' or not need_answer.is_part2)
),

-- Spec 4.2 "no working phone": none on record, or the last call found a wrong number.
last_call as (
    select
        client_day.spine, client_day.evidence_scope, client_day.client_key,
        client_day.is_without_phone,
        contact.outcome, contact.contacted_date, contact.is_part2,
        contact.evidence_table, contact.evidence_key,
        row_number() over (
            partition by client_day.spine, client_day.evidence_scope, client_day.client_key
            order by contact.contacted_at desc, contact.contact_key
        ) as recency
    from contact
    inner join client_day on contact.client_key = client_day.client_key
    where contact.contacted_date <= client_day.spine_date
        and (client_day.evidence_scope = 'all' or not contact.is_part2)
),

-- What the record says of housing stands before what a questionnaire said.
fact as (
    select
        spine, evidence_scope, client_key, 'housing_instability' as measure,
        cast(case housing_status when 'homeless' then 2 else 1 end as decimal(18, 4)) as value,
        false as is_part2, evidence_table, evidence_key, spine_date as evidence_date
    from client_day
    where housing_status in ('homeless', 'unstable')
    union all
    select
        spine, evidence_scope, client_key,
        case need when 'housing' then 'housing_instability' else 'need_' || need end as measure,
        cast(1 as decimal(18, 4)) as value,
        is_part2, evidence_table, evidence_key, administered_date as evidence_date
    from last_need
    where recency = 1
        and is_present
        and (need <> 'housing' or coalesce(housing_status, 'unknown') = 'unknown')
    union all
    select
        spine, evidence_scope, client_key, 'no_working_phone' as measure,
        cast(1 as decimal(18, 4)) as value,
        false as is_part2, evidence_table, evidence_key, spine_date as evidence_date
    from client_day
    where is_without_phone
    union all
    select
        spine, evidence_scope, client_key, 'no_working_phone' as measure,
        cast(1 as decimal(18, 4)) as value,
        is_part2, evidence_table, evidence_key, contacted_date as evidence_date
    from last_call
    where recency = 1 and outcome = 'wrong_number' and not is_without_phone
)

select * from fact
