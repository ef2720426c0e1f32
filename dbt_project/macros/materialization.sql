{#
    Tables and views in one statement. dbt's own way (build beside, rename, drop) costs four more statements per relation and
    protects readers that this warehouse does not have: only the pipeline opens it, and DuckDB replaces a relation in one
    transaction. A model's contract is enforced as dbt does it: the query's columns and types are compared before it runs.

    A table with `meta: {threads: 1}` is made by one thread: where two at once hold more than the memory limit.
#}
{% materialization table, adapter='duckdb' %}
    {{ return(caseload.replaced('table', sql)) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
    {{ return(caseload.replaced('view', sql)) }}
{% endmaterialization %}

{% macro replaced(kind, sql) %}
    {%- if config.get('contract').enforced -%}
        {{ get_assert_columns_equivalent(sql) }}
    {%- endif -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set relation = this.incorporate(type=kind) -%}
    {%- if existing is not none and existing.type != kind -%}
        {%- do adapter.drop_relation(existing) -%}
    {%- endif -%}
    {%- set threads = config.get('meta', {}).get('threads') -%}
    {%- if threads -%}
        {%- set before = run_query("select current_setting('threads')").columns[0].values()[0] -%}
        {%- do run_query('set threads = ' ~ threads) -%}
    {%- endif -%}
    {% call statement('main') -%}
        create or replace {{ kind }} {{ relation }} as (
            {{ sql }}
        )
    {%- endcall %}
    {%- if threads -%}
        {%- do run_query('set threads = ' ~ before) -%}
    {%- endif -%}
    {%- do adapter.commit() -%}
    {{ return({'relations': [relation]}) }}
{% endmacro %}
