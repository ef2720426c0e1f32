"""Each kind of change is found at its site, and is applied to the compiled SQL only there."""

import pytest

from tests.mutants import seed_numbers, sites


def mutants(source: str) -> set[str]:
    """Every changed version of a source that compiles to itself."""
    found = sites.mutations("models/a.sql", source, 1)
    marked = sites.instrumented(source, found)
    assert sites.unmarked(marked) == source
    return {sites.unmarked(mutation.applied(marked)) for mutation in found}


@pytest.mark.parametrize(
    ("source", "mutant"),
    [
        ("where a < b", "where a <= b"),
        ("where a >= b", "where a > b"),
        ("on a.x = b.x", "on a.x <> b.x"),
        ("where x and y", "where x or y"),
        ("where x and y", "where x and not y"),
        ("where not x", "where  x"),
        ("where x is null", "where x is not null"),
        ("where x is not null", "where x is  null"),
        ("select 7", "select 8"),
        ("select 0.85", "select 0.86"),
        ("d + interval '1 day'", "d + interval '2 day'"),
        ("where s = 'open'", "where s = 'open~'"),
        ("coalesce(x, 0)", "coalesce(x)"),
        ("coalesce(f(a, b), false)", "coalesce(f(a, b), true)"),
        ("left join b", "inner join b"),
        ("order by a, b desc)", "order by a desc, b desc)"),
        ("order by a, b desc)", "order by a, b asc)"),
        (
            "rows between unbounded preceding and current row",
            "rows between current row and current row",
        ),
        ("case when a then b else c end", "case when false and (a) then b else c end"),
        ("case when a then b else c end", "case when a then b else null end"),
        ("max(x)", "min(x)"),
        (
            "on (f(d) between a and b)",
            "on (f(d) between a and b and f(d) <> b /* upper bound excluded */)",
        ),
    ],
)
def test_one_token_changes(source, mutant):
    assert mutant in mutants(source)


@pytest.mark.parametrize(
    ("source", "equivalent"),
    [
        ("max(case when choice = 1 then x end)", "min(case when choice = 1 then x end)"),
        ("count(case when a then 1 end)", "count(case when a then 2 end)"),
    ],
)
def test_equivalent_changes_are_not_tried(source, equivalent):
    assert equivalent not in mutants(source)


def test_the_and_of_between_is_not_a_connective():
    assert "where d between a or b" not in mutants("where d between a and b")


def test_template_logic_comments_and_types_are_not_changed():
    assert (
        mutants("{% if a == 'b' %}{# 1 < 2 #}-- 3 > 2\ncast(x as decimal(9, 1)){% endif %}")
        == set()
    )


def test_sql_in_a_string_argument_of_a_macro_is_changed():
    assert "{{ day('a < b') }}" not in mutants("{{ day('a < b') }}")
    assert "{{ day('a <= b') }}" in mutants("{{ day('a < b') }}")


def test_a_change_reports_its_line():
    [found] = sites.mutations("models/a.sql", "select x\nfrom a\nwhere x > y\n", 1)
    assert (found.line, found.column, found.change, found.context) == (
        3,
        8,
        "> -> >=",
        "where x > y",
    )


def test_a_seed_number_changes_by_one_of_its_last_digit(tmp_path):
    path = tmp_path / "limit.csv"
    path.write_text("name,value,note\nshare,0.85,7\n")
    found = seed_numbers.changes(
        tmp_path, path, [("name", "VARCHAR"), ("value", "DOUBLE"), ("note", "VARCHAR")]
    )
    assert [change.after for change in found] == ["0.86", "0.84"]
