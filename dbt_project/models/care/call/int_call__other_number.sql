with call as (
    select client_key, phone, call_step, wrong_number_count from {{ ref('int_call__planned') }}
),

number as (
    select * from {{ ref('int_call__number') }}
),

-- rules/caseload-sheets.md#second-number: the one after the number to call
second_number as (
    select
        called.client_key,
        later.digits as phone_2,
        case when later.number_kind = 'phone' then 'client' else 'second' end as phone_2_label
    from call
    inner join number as called
        on call.client_key = called.client_key and call.phone = called.digits
    inner join number as later
        on called.client_key = later.client_key and later.number_rank = called.number_rank + 1
),

-- rules/tasks-and-lanes.md#tries: each wrong number strikes out the next one of the record
struck_number as (
    select
        number.client_key,
        {{ dbt.listagg('number.digits', "';'", 'order by number.number_rank') }} as struck_phones
    from number
    inner join call
        on number.client_key = call.client_key
        and number.number_rank <= call.wrong_number_count
        and coalesce(call.call_step <> 'do_not_call', true)
    group by number.client_key
),

other_number as (
    select
        call.client_key,
        second_number.phone_2,
        second_number.phone_2_label,
        struck_number.struck_phones
    from call
    left join second_number on call.client_key = second_number.client_key
    left join struck_number on call.client_key = struck_number.client_key
)

select * from other_number
