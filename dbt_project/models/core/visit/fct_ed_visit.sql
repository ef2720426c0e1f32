with ed_visit as (
    select * exclude (part2_view) from {{ ref('int_ed_visit__by_part2_view') }}
    where part2_view = 'full'
)

select * from ed_visit
