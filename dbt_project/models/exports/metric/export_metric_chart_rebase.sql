-- rules/process-control.md#rebase
with

chart_rebase as (
    select
        measure_id,
        first_period_date,
        reason
    from {{ ref('chart_rebase') }}
)

select * from chart_rebase
