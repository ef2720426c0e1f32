with screening_loinc as (
    select * from {{ ref('screening_loinc') }}
),

screening_status as (
    select source_value as resource_status, mapped_value as status from {{ ref('fhir_code') }}
    where kind = 'response_status'
),

response as (
    select * from {{ ref('stg_ehr_fhir__questionnaireresponse') }}
),

item as (
    select * from {{ ref('stg_ehr_fhir__questionnaireresponse_item') }}
),

-- the LOINC code of an item is its code, the end of its linkId (/panel/item) or of its definition
coded_item as (
    select
        item.*,
        screening_loinc.instrument,
        screening_loinc.part,
        screening_loinc.item_number
    from item
    inner join screening_loinc
        on screening_loinc.code
        in (
            item.code,
            split_part(item.link_id, '/', -1),
            split_part(item.definition, '#', -1)
        )
),

-- responses entered in error are left out
answer as (
    select
        response.response_id,
        response.source_client_id,
        response.authored_at as administered_at,
        coded_item.instrument,
        coded_item.part,
        coded_item.item_number,
        coded_item.answer_number as number_given,
        coded_item.answer_code as code_given,
        coded_item.answer_boolean as yes_given,
        screening_status.status,
        response.program_id,
        response.part2_label is not null as is_part2_labelled,
        'QuestionnaireResponse' as source_table,
        response._batch_id,
        response._source_row
    from coded_item
    inner join response on coded_item.response_id = response.response_id
    inner join screening_status on response.status = screening_status.resource_status
)

select * from answer
