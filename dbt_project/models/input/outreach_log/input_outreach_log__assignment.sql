-- rules/returned-workbooks.md#assignment-choices
with record as (
    {{ sender_record('outreach_log', 'assignment_choice', client_source='ehr') }}
),

run as (
    select time_zone from {{ ref('input_run') }}
),

assignment as (
    select
        'choice:' || record.source_client_id as assignment_id,
        record.staff_id,
        'care_manager' as role,
        {{ local_date('record.decided_at', 'run.time_zone') }} as start_date,
        cast(null as date) as end_date,
        true as is_provisional,
        {{ lineage_columns('record') }}
    from record
    cross join run
)

select * from assignment
