with
run as (
    select as_of_date from {{ ref('int_run__as_of') }}
),

recipient_view as (
    select client_key, part2_view from {{ ref('int_client__recipient_view') }}
),

code as (
    select code, is_smi from {{ ref('int_code__classified') }}
),

diagnosis as (
    select * from {{ ref('fct_diagnosis') }}
    where is_confirmed
),

visible_diagnosis as (
    select
        diagnosis.client_key,
        diagnosis.diagnosis_key,
        diagnosis.diagnosis_date,
        diagnosis.code,
        diagnosis.is_primary
    from diagnosis
    cross join run
    inner join recipient_view on diagnosis.client_key = recipient_view.client_key
    where (diagnosis.end_date is null or diagnosis.end_date >= run.as_of_date)
        and (recipient_view.part2_view = 'full' or not diagnosis.is_part2)
),

-- rules/caseload-sheets.md#diagnosis-group: the longest prefix of the latest primary diagnosis
grouped_diagnosis as (
    select
        visible_diagnosis.client_key,
        diagnosis_group.diagnosis_group,
        row_number() over (
            partition by visible_diagnosis.client_key
            order by
                visible_diagnosis.diagnosis_date desc nulls last,
                visible_diagnosis.diagnosis_key,
                length(diagnosis_group.code_prefix) desc
        ) as group_rank
    from visible_diagnosis
    inner join {{ ref('diagnosis_group') }} as diagnosis_group
        on left(visible_diagnosis.code, length(diagnosis_group.code_prefix))
        = diagnosis_group.code_prefix
    where visible_diagnosis.is_primary
),

smi_client as (
    select distinct visible_diagnosis.client_key
    from visible_diagnosis
    inner join code on visible_diagnosis.code = code.code
    where code.is_smi
),

client_diagnosis as (
    select
        recipient_view.client_key,
        grouped_diagnosis.diagnosis_group,
        smi_client.client_key is not null as has_serious_mental_illness
    from recipient_view
    left join grouped_diagnosis
        on recipient_view.client_key = grouped_diagnosis.client_key
        and grouped_diagnosis.group_rank = 1
    left join smi_client on recipient_view.client_key = smi_client.client_key
)

select * from client_diagnosis
