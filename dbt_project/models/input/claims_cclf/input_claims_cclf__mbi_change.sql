-- A beneficiary gets a new MBI when the card is lost or misused; claims keep the one of their day.
with recursive
former_identifier as (
    select former_mbi, current_mbi
    from {{ ref('stg_claims_cclf__cclf9') }}
    where former_mbi <> current_mbi
),

-- changes of changes are followed; twenty steps end a circle
identifier_walk as (
    select former_mbi, current_mbi, 1 as step
    from former_identifier
    union all
    select identifier_walk.former_mbi, former_identifier.current_mbi, identifier_walk.step + 1
    from identifier_walk
    inner join former_identifier on identifier_walk.current_mbi = former_identifier.former_mbi
    where identifier_walk.step < 20
),

-- the end of the walk has no successor; in a circle, which has none, the smallest MBI counts
resolved_beneficiary as (
    select
        identifier_walk.former_mbi,
        coalesce(
            min(case when successor.former_mbi is null then identifier_walk.current_mbi end),
            min(identifier_walk.current_mbi)
        ) as current_mbi
    from identifier_walk
    left join former_identifier as successor
        on identifier_walk.current_mbi = successor.former_mbi
    group by identifier_walk.former_mbi
)

select * from resolved_beneficiary
