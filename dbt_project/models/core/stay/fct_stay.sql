with stay as (
    select * exclude (part2_view) from {{ ref('int_stay__by_part2_view') }}
    where part2_view = 'full'
)

select * from stay
