-- What changed since the last release in the periods that it reported, event by event
-- (rules/measures/restatement.md#restatement).
with

last_release as (
    select as_of, as_of_date from {{ ref('int_run__last_release') }}
),

released_measure as (
    select distinct measure_id, basis from {{ ref('int_run__released_measure_event') }}
),

-- rules/measures/restatement.md#period: the days before that release, in both measurement years
released_event as (
    select released.*
    from {{ ref('int_run__released_measure_event') }} as released
    cross join last_release
    cross join {{ ref('int_run__as_of') }} as run
    where released.event_date < last_release.as_of_date
        and released.measurement_year >= extract(year from run.as_of_date) - 1
),

current_event as (
    select event.*
    from {{ ref('fct_measure_event') }} as event
    cross join last_release
    inner join released_measure
        on event.measure_id = released_measure.measure_id
        and event.basis = released_measure.basis
    where event.event_date < last_release.as_of_date
        and event.measurement_year <= extract(year from last_release.as_of_date)
),

compared_event as (
    select
        coalesce(event.measure_id, released.measure_id) as measure_id,
        coalesce(event.basis, released.basis) as basis,
        coalesce(event.event_key, released.event_key) as event_key,
        coalesce(event.client_key, released.client_key) as client_key,
        coalesce(event.measurement_year, released.measurement_year) as measurement_year,
        coalesce(event.event_date, released.event_date) as event_date,
        released.event_date as released_event_date,
        released.status as released_status,
        event.status,
        released.measure_version as released_measure_version,
        event.measure_version,
        released.evidence_table as released_evidence_table,
        released.evidence_key as released_evidence_key,
        event.evidence_table,
        event.evidence_key,
        case
            when released.event_key is null then 'added'
            when event.event_key is null then 'removed'
            -- an open event that has closed was not in a reported rate
            when released.status = 'open' then null
            when released.status <> event.status then 'status_changed'
            when released.event_date <> event.event_date then 'moved'
        end as change
    from current_event as event
    full outer join released_event as released
        on event.measure_id = released.measure_id
        and event.basis = released.basis
        and event.event_key = released.event_key
),

new_batch as (
    select distinct batch_id from {{ ref('int_run__new_batch') }}
),

new_table as (
    select distinct 'raw_' || source || '.' || table_name as evidence_table
    from {{ ref('int_run__new_batch') }}
),

new_batch_count as (
    select count(*) as batch_count from new_batch
),

changed_event as (
    select
        *,
        {{ dbt.split_part('evidence_key', "':'", 1) }} as evidence_batch_id
    from compared_event
    where change is not null
),

-- rules/measures/restatement.md#reasons: the first that holds
restatement as (
    select
        changed.measure_id,
        changed.basis,
        changed.measurement_year,
        changed.event_key,
        changed.client_key,
        changed.event_date,
        changed.released_event_date,
        changed.change,
        changed.released_status,
        changed.status,
        case
            when changed.released_measure_version <> changed.measure_version then 'rule_version'
            when new_batch.batch_id is not null then 'late_record'
            when new_table.evidence_table is not null
                and (
                    changed.evidence_key is null
                    or changed.evidence_key <> changed.released_evidence_key
                )
                then 'replaced_record'
            when new_batch_count.batch_count > 0 then 'other_record'
            else 'no_delivery'
        end as reason,
        new_batch.batch_id,
        changed.released_evidence_table,
        changed.released_evidence_key,
        changed.evidence_table,
        changed.evidence_key,
        last_release.as_of as released_as_of
    from changed_event as changed
    cross join last_release
    cross join new_batch_count
    left join new_batch on changed.evidence_batch_id = new_batch.batch_id
    left join new_table on changed.released_evidence_table = new_table.evidence_table
)

select * from restatement
