with score as (
    select * from {{ ref('int_care_episode__scored') }}
    where part2_view = 'full'
),

registry_score as (
    select
        program_enrollment_key as registry_key,
        client_key,
        cast(
            row_number() over (
                partition by program_enrollment_key order by administered_at, screening_key
            ) as integer
        ) as score_number,
        administered_date,
        cast(
            floor({{ dbt.datediff('baseline_date', 'administered_date', 'day') }} / 7.0) as integer
        ) as weeks_since_baseline,
        cast(score as integer) as score,
        cast(score - baseline_score as integer) as change_since_baseline,
        -- rules/registry.md#outcome: at most half of the baseline, below 5
        score <= baseline_score * {{ lane_setting('response_share') }} as is_response,
        score < {{ lane_setting('remission_below') }} as is_remission,
        -- until the next total the client's state is this one
        cast(
            lead(administered_date) over (
                partition by program_enrollment_key order by administered_at, screening_key
            ) as date
        ) as next_administered_date,
        is_part2,
        evidence_table,
        evidence_key
    from score
)

select * from registry_score
