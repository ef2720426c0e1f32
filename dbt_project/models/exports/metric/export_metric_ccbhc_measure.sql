-- the list that the state workbook follows (rules/reports.md#ccbhc-list)
with

ccbhc_measure as (
    select
        position,
        ccbhc_code,
        title,
        collected_by,
        is_required,
        measure_id,
        sheet,
        what_is_missing
    from {{ ref('ccbhc_measure') }}
)

select * from ccbhc_measure
