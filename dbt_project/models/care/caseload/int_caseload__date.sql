with
run as (
    select as_of_date from {{ ref('int_run__as_of') }}
),

recipient_view as (
    select client_key, part2_view from {{ ref('int_client__recipient_view') }}
),

-- rules/caseload-sheets.md#dates: the review of the plan in force, the last end of what is in force
dated_record as (
    select 'plan_review' as kind, client_key, next_review_date as shown_date, is_part2
    from {{ ref('fct_treatment_plan') }}
    cross join run
    where status = 'active' and start_date <= run.as_of_date
    union all
    select 'authorization_end' as kind, client_key, end_date as shown_date, is_part2
    from {{ ref('fct_authorization') }}
    cross join run
    where start_date <= run.as_of_date
    union all
    select 'coverage_end' as kind, client_key, end_date as shown_date, is_part2
    from {{ ref('fct_eligibility') }}
    cross join run
    where start_date <= run.as_of_date
    union all
    select document_type as kind, client_key, document_date as shown_date, is_part2
    from {{ ref('fct_document') }}
    cross join run
    where document_type in ('safety_plan', 'psychiatric_consult')
        and document_date <= run.as_of_date
        and (expires_date is null or expires_date >= run.as_of_date)
),

client_date as (
    select
        dated_record.client_key,
        {%- for kind in ['plan_review', 'authorization_end', 'coverage_end', 'safety_plan'] %}
        max(case when dated_record.kind = '{{ kind }}' then dated_record.shown_date end)
            as {{ kind }}_date,
        {%- endfor %}
        max(case when dated_record.kind = 'psychiatric_consult' then dated_record.shown_date end)
            as last_consult_date
    from dated_record
    inner join recipient_view on dated_record.client_key = recipient_view.client_key
    where recipient_view.part2_view = 'full' or not dated_record.is_part2
    group by dated_record.client_key
)

select * from client_date
