-- rules/measures/fhir.md#statuses and rules/measures/fhir.md#dates
with status as (
    select * from {{ ref('resource_status') }}
),

event as (
    select
        event.source,
        event.resource_type,
        event.resource_id,
        client.client_key,
        event.status,
        event.intent,
        performed.value is not null and not coalesce(event.is_prohibited, false) as is_performed,
        event.status is not null and void.value is null as is_not_void,
        order_intent.value is not null as has_order_intent,
        {{ written_date('event.start_written', 'start') }},
        {{ written_date('event.end_written', 'end') }},
        {{ written_date('event.issued_written', 'issued') }},
        event.value_integer,
        coalesce(event.has_value, false) as has_value,
        event.evidence_table,
        event.evidence_key
    from {{ ref('input_resource_event') }} as event
    inner join {{ ref('int_client__matched') }} as client
        on event.source = client.source
        and client.source_scope = ''
        and event.patient_id = client.source_client_id
    left join status as performed
        on performed.rule = 'performed'
        and event.resource_type = performed.resource_type
        and event.status = performed.value
    left join status as void
        on void.rule = 'void'
        and event.resource_type = void.resource_type
        and event.status = void.value
    left join status as order_intent
        on order_intent.rule = 'order_intent'
        and event.resource_type = order_intent.resource_type
        and event.intent = order_intent.value
    -- a type without a coded row of a measure needs no dates
    semi join {{ ref('int_resource__coding') }} as coding
        on event.source = coding.source
        and event.resource_type = coding.resource_type
        and event.resource_id = coding.resource_id
)

select * from event
