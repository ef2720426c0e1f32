"""Nine days of an agency, with what people type; `python -m tests.simulation.month` runs a month."""

from __future__ import annotations

from datetime import date

import pytest

from tests.conftest import Demo
from tests.simulation.compiled import CompiledModels
from tests.simulation.days import make_agency
from tests.simulation.month import Counts, Month

_DAYS = 9  # from a Monday to the Tuesday of the next week, with a weekend
_LAST = date(2026, 6, 30)

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def counts(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Counts:
    folder = tmp_path_factory.mktemp("month")
    agency = make_agency(folder, 60, seed=2, days=_DAYS, last=_LAST)
    month = Month(folder, CompiledModels(demo.data), agency, seed=2)
    month.run(_DAYS)
    return month.counts


def test_no_promise_is_broken(counts: Counts) -> None:
    # Lost rows, tasks asked again after the client was reached, tasks on no list, tasks without an end.
    assert counts.broken == []


def test_the_days_are_full(counts: Counts) -> None:
    assert counts.mornings == _DAYS
    assert len(counts.workbooks) >= 4
    assert len(counts.typed) >= 8
    assert counts.fate["a contact"] > 40
    assert counts.fate["a line on Sent back"] > 10
    assert counts.tasks.reached > 10
    assert counts.tasks.quiet_mornings > 10
    assert counts.tasks.ended.total() > 0


def test_rows_that_a_colleague_could_read_are_contacts(counts: Counts) -> None:
    assert counts.noted.total() <= 0.05 * counts.typed.total()
