with listed_code as (
    select * from {{ ref('input_value_set_code') }}
),

our_group as (
    select distinct group_name from {{ ref('icd10_code_group') }}
),

published_set as (
    {{ named_value_set() }}
),

named_set as (
    select
        published_set.value_set,
        coalesce(published_set.group_name, our_group.group_name) as group_name
    from published_set
    left join our_group on published_set.spelling = our_group.group_name
),

named_code as (
    select distinct
        named_set.group_name,
        listed_code.code_system,
        listed_code.code
    from listed_code
    inner join named_set on listed_code.value_set = named_set.value_set
    where named_set.group_name is not null
)

select * from named_code
