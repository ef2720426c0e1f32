with enrollment as (
    select * from {{ ref('stg_claims__eligibility') }}
),

claim_line as (
    select data_source, source_client_id from {{ ref('stg_claims__medical_claim') }}
),

fill as (
    select data_source, source_client_id from {{ ref('stg_claims__pharmacy_claim') }}
),

batch as (
    select batch_id, first_received_at from {{ ref('stg_caseload__batch_order') }}
),

-- a payer may send claims of members without any enrollment
delivered_member as (
    select
        data_source,
        source_client_id,
        true as has_enrollment,
        0 as medical_claim_count,
        0 as pharmacy_claim_count
    from enrollment
    group by data_source, source_client_id
    union all
    select data_source, source_client_id, false, count(*), 0
    from claim_line
    group by data_source, source_client_id
    union all
    select data_source, source_client_id, false, 0, count(*)
    from fill
    group by data_source, source_client_id
),

member as (
    select
        data_source,
        source_client_id,
        bool_or(has_enrollment) as has_enrollment,
        cast(sum(medical_claim_count) as bigint) as medical_claim_count,
        cast(sum(pharmacy_claim_count) as bigint) as pharmacy_claim_count
    from delivered_member
    group by data_source, source_client_id
),

ranked_enrollment as (
    select
        _batch_id,
        _source_row,
        row_number() over (
            partition by data_source, source_client_id
            order by
                enrollment_end_date desc,
                enrollment_start_date desc,
                _batch_id desc,
                _source_row desc
        ) as enrollment_rank
    from enrollment
),

latest_enrollment as (
    select enrollment.*, batch.first_received_at
    from enrollment
    inner join ranked_enrollment
        on ranked_enrollment.enrollment_rank = 1
        and enrollment._batch_id = ranked_enrollment._batch_id
        and enrollment._source_row = ranked_enrollment._source_row
    left join batch on enrollment._batch_id = batch.batch_id
),

person as (
    select
        'claims' as source,
        member.data_source as client_scope,
        member.source_client_id,
        'claims:' || member.data_source || ':' || member.source_client_id as client_id,
        latest.first_name,
        latest.middle_name,
        latest.last_name,
        latest.name_suffix,
        latest.birth_date,
        latest.gender as sex,
        latest.race,
        latest.ethnicity,
        latest.address,
        latest.city,
        latest.state,
        latest.zip_code,
        latest.phone,
        case when latest.payer_type = 'medicaid' then latest.member_id end as medicaid_id,
        case when latest.payer_type = 'medicare' then latest.member_id end as medicare_id,
        {%- for column in [
            'merged_into_client_id', 'preferred_name', 'language', 'phone_2', 'guardian_name',
            'guardian_phone', 'housing_status', 'site_id', 'status', 'ssn_last4',
        ] %}
        cast(null as {{ dbt.type_string() }}) as {{ column }},
        {%- endfor %}
        {%- for column in [
            'interpreter_needed', 'ok_to_call', 'ok_to_leave_message', 'ok_to_text', 'ok_to_mail',
            'is_confidential_minor',
        ] %}
        cast(null as boolean) as {{ column }},
        {%- endfor %}
        member.has_enrollment as has_demographics,
        member.medical_claim_count,
        member.pharmacy_claim_count,
        latest.first_received_at as received_at
    from member
    left join latest_enrollment as latest
        on member.data_source = latest.data_source
        and member.source_client_id = latest.source_client_id
)

select * from person
