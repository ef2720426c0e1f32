with screening_loinc as (
    select * from {{ ref('screening_loinc') }}
),

screening_status as (
    select source_value as resource_status, mapped_value as status from {{ ref('fhir_code') }}
    where kind = 'observation_status'
),

-- cancelled observations and those entered in error are left out
observation as (
    select
        observation.*,
        coalesce(observation.effective_at, observation.issued_at) as administered_at,
        case
            when observation.absent_reason_code = 'asked-declined' then 'declined'
            else screening_status.status
        end as screening_status
    from {{ ref('stg_ehr_fhir__observation') }} as observation
    inner join screening_status
        on coalesce(observation.status, 'unknown') = screening_status.resource_status
),

member as (
    select member_id, min(observation_id) as group_id
    from {{ ref('stg_ehr_fhir__observation_member') }}
    where member_id is not null and member_id <> observation_id
    group by member_id
),

observation_group as (
    select distinct observation_id from {{ ref('stg_ehr_fhir__observation_member') }}
),

-- a group may be a member of another: the outer one is the form
formed_observation as (
    select
        observation.*,
        coalesce(
            observation.response_id,
            inner_group.response_id,
            outer_group.response_id,
            outer_member.group_id,
            member.group_id,
            observation_group.observation_id
        ) as form_id
    from observation
    left join member on observation.observation_id = member.member_id
    left join member as outer_member on member.group_id = outer_member.member_id
    left join observation as inner_group on member.group_id = inner_group.observation_id
    left join observation as outer_group on outer_member.group_id = outer_group.observation_id
    left join observation_group
        on observation.observation_id = observation_group.observation_id
),

reported_value as (
    select
        formed_observation.*,
        code as answer_to,
        value_number as number_given,
        value_code as code_given,
        value_boolean as yes_given
    from formed_observation
    union all
    select
        whole.* replace (coalesce(whole.form_id, whole.observation_id) as form_id),
        component.code,
        component.value_number,
        component.value_code,
        component.value_boolean
    from {{ ref('stg_ehr_fhir__observation_component') }} as component
    inner join formed_observation as whole on component.observation_id = whole.observation_id
),

-- without a form, the answers of a client at one time are one response, unless there are two totals
observed_answer as (
    select
        reported_value.*,
        screening_loinc.instrument,
        screening_loinc.part,
        screening_loinc.item_number,
        count(case when screening_loinc.part = 'total' then 1 end) over same_time as total_count,
        min(reported_value.observation_id) over same_time as first_id,
        min(case when screening_loinc.part <> 'total' then reported_value.observation_id end)
            over same_time as first_item_id
    from reported_value
    inner join screening_loinc on reported_value.answer_to = screening_loinc.code
    window same_time as (
        partition by
            reported_value.form_id, reported_value.source_client_id, reported_value.administered_at,
            screening_loinc.instrument
    )
),

answer as (
    select
        coalesce(
            form_id,
            case
                when administered_at is null or (total_count > 1 and part = 'total')
                    then observation_id
                when total_count > 1 then first_item_id
                else first_id
            end
        ) as response_id,
        source_client_id,
        administered_at,
        instrument,
        part,
        item_number,
        number_given,
        code_given,
        yes_given,
        screening_status as status,
        program_id,
        part2_label is not null as is_part2_labelled,
        'Observation' as source_table,
        _batch_id,
        _source_row
    from observed_answer
)

select * from answer
