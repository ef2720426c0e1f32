{{ config(materialized='view') }}

with message as (
    select * from {{ ref('stg_adt__message') }}
    where message_type = 'ADT'
        and trigger_event = 'A40'
        and coalesce(processing_id, 'P') not in ('D', 'T')
        and prior_patient_id <> source_patient_id
),

-- of two merges that give up the same id, the later one counts
merge_step as (
    select
        sender_id,
        prior_patient_id,
        max_by(source_patient_id, message_sequence) as next_patient_id
    from (
        select
            *,
            row_number() over (
                order by coalesce(recorded_at, message_at), _batch_id, _source_row
            ) as message_sequence
        from message
    ) as ordered_message
    group by sender_id, prior_patient_id
),

-- merges of merges are followed; twenty steps end a circular merge
merge_walk as (
    with recursive walk as (
        select sender_id, prior_patient_id, next_patient_id, 1 as step
        from merge_step
        union all
        select walk.sender_id, walk.prior_patient_id, merge_step.next_patient_id, walk.step + 1
        from walk
        inner join merge_step
            on walk.sender_id = merge_step.sender_id
            and walk.next_patient_id = merge_step.prior_patient_id
        where walk.step < 20
    )

    select * from walk
),

merged_patient as (
    select
        merge_walk.sender_id,
        merge_walk.prior_patient_id,
        max_by(merge_walk.next_patient_id, merge_walk.step) as surviving_patient_id
    from merge_walk
    left join merge_step
        on merge_walk.sender_id = merge_step.sender_id
        and merge_walk.next_patient_id = merge_step.prior_patient_id
    where merge_step.prior_patient_id is null
    group by merge_walk.sender_id, merge_walk.prior_patient_id
)

select * from merged_patient
