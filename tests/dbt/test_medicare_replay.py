"""Medicare's versions (CCLF) end in the same claims and the same history in whatever order, however often and in how many pieces.

The cases of rules/encounters-and-claims.md#cclf come first. Header and lines of a version may arrive apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Demo
from tests.dbt.replayed import Payer, Record, Version, shuffled


@pytest.fixture(scope="module")
def payer(demo: Demo) -> Iterator[Payer]:
    """One payer for all examples."""
    built = Payer(demo.data / "logs" / "dbt" / "compiled" / "caseload" / "models")
    yield built
    built.close()


def sent(story: list[Version]) -> list[Record]:
    """All records of these versions."""
    return [record for version in story for record in version.records()]


FIRST = Version(1, "0", 1, 90)
VISIT = Version(1, "0", 1, 90, part="B")
MOVED = Version(3, "2", 2, 70, last_day=5)


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        pytest.param([FIRST], [(3, 90, False)], id="paid"),
        pytest.param([FIRST, Version(2, "1", 2, 90)], [], id="cancelled"),
        pytest.param([FIRST, Version(2, "1", 2, -90)], [], id="cancelled with its sign"),
        pytest.param([Version(2, "1", 2, 90)], [], id="a cancellation alone"),
        pytest.param([FIRST, Version(2, "1", 2, 90), Version(3, "2", 2, 70)], [(3, 70, False)], id="adjusted"),
        pytest.param([FIRST, Version(2, "1", 2, 90), MOVED], [(5, 70, False)], id="adjustment moves the discharge"),
        pytest.param([MOVED], [(5, 70, False)], id="an adjustment alone"),
        pytest.param(
            [FIRST, Version(2, "1", 2, 90), Version(3, "0", 3, 60)], [(3, 60, False)], id="billed again",
        ),
        pytest.param([Version(1, "0", 1, 0, is_denied=True)], [(3, None, True)], id="denied"),
        pytest.param([Version(1, "0", 0, 90), Version(2, "1", 2, 90)], [], id="cancelled, of a day unknown"),
        pytest.param([VISIT], [(3, 90, False)], id="a clinician's"),
        pytest.param(
            [VISIT, Version(2, "1", 2, 90, part="B"), Version(3, "2", 2, 70, part="B")], [(3, 70, False)],
            id="a clinician's, adjusted",
        ),
        pytest.param(
            [VISIT, Version(2, "0", 2, 50, part="B", control="L")], [(3, 50, False), (3, 90, False)],
            id="two of a clinician",
        ),
    ],
)  # fmt: skip
def test_medicares_golden_cases_in_either_order(
    payer: Payer, story: list[Version], expected: list[tuple[object, ...]]
) -> None:
    wanted = [(claim[0], claim[1] and Decimal(claim[1]), claim[2], False, 7) for claim in expected]
    records = sent(story)
    for pieces in (
        [records],
        [[record] for record in records],
        [[record] for record in records[::-1]],
    ):
        found = payer.finals(pieces)
        assert [(*row[:1], row[1] or None, *row[2:]) for row in found] == wanted


@st.composite
def medicare_chains(draw: st.DrawFn) -> list[Version]:
    """One claim as CMS sends it: an original and adjustments, each with the cancellation of what was, perhaps all taken back."""
    part = draw(st.sampled_from("AB"))
    last_day = draw(st.integers(1, 4))
    months = sorted(draw(st.lists(st.integers(1, 6), min_size=1, max_size=4)))
    is_retracted = len(months) > 1 and draw(st.booleans())
    story: list[Version] = []
    for n, month in enumerate(months):
        number, amount = 10 * n + 10, 90 - 10 * n
        if n:
            cancelled = story[-1]
            story.append(Version(number, "1", month, cancelled.amount, part, cancelled.last_day))
        if n == len(months) - 1 and is_retracted:
            break
        # Days that move make another family of Part A, which the cancellation must not touch.
        last_day = last_day + draw(st.integers(0, 1))
        is_denied = draw(st.booleans())
        version = Version(
            number + 1,
            "2" if n else "0",
            month,
            0 if is_denied else amount,
            part,
            last_day,
            "K",
            is_denied,
        )
        story.append(version)
    return story


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(story=medicare_chains(), data=st.data())
def test_any_arrival_gives_the_same_claims_and_history_of_medicare(
    payer: Payer, story: list[Version], data: st.DataObject
) -> None:
    pieces = shuffled(sent(story), data)
    last = story[-1]
    days = (last.last_day, last.amount or None, last.is_denied)
    found = [(row[0], row[1] or None, row[2]) for row in payer.finals(pieces)]
    assert found == ([] if last.adjustment == "1" else [days])
    history = payer.history(pieces)
    assert history == payer.history([sent(story)])
    stood = [row for row in history if row[3] != "void"]
    assert [row[1] for row in stood] == [v.number for v in story if v.adjustment != "1"]
    # One after the other, without a gap, and what has no end is what stands.
    later = [row[4] for row in stood[1:]]
    ends = [row[5] for row in stood]
    assert ends[: len(later)] == later
    assert [row[6] for row in stood] == [end is None for end in ends]
