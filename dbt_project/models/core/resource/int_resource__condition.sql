-- rules/measures/fhir.md#prevalence
with status as (
    select * from {{ ref('resource_status') }}
),

described as (
    select
        condition.source,
        condition.resource_type,
        condition.resource_id,
        patient.client_key,
        not condition.has_verification_status or verified.value is not null as is_verified,
        active.value is not null as is_active,
        coalesce(
            condition.onset_written,
            {{ birthday_of_age('patient', 'condition.onset') }}
        ) as onset_written,
        coalesce(
            condition.abatement_written,
            {{ birthday_of_age('patient', 'condition.abatement', years_later=1) }}
        ) as abatement_written,
        condition.evidence_table,
        condition.evidence_key
    from {{ ref('input_resource_condition') }} as condition
    inner join {{ ref('int_client__matched') }} as client
        on condition.source = client.source
        and client.source_scope = ''
        and condition.patient_id = client.source_client_id
    inner join {{ ref('int_resource__patient') }} as patient
        on client.client_key = patient.client_key
    left join status as verified
        on verified.rule = 'verified' and condition.verification_status = verified.value
    left join status as active
        on active.rule = 'active' and condition.clinical_status = active.value
    semi join {{ ref('int_resource__coding') }} as coding
        on condition.source = coding.source
        and condition.resource_type = coding.resource_type
        and condition.resource_id = coding.resource_id
),

prevalence as (
    select
        source,
        resource_type,
        resource_id,
        client_key,
        is_verified,
        is_active or abatement_written is not null as has_interval,
        abatement_written is null as is_open_ended,
        onset_written is null and abatement_written is not null as is_open_started,
        {{ written_date('onset_written', 'start') }},
        {{ written_date('abatement_written', 'end') }},
        evidence_table,
        evidence_key
    from described
)

select * from prevalence
