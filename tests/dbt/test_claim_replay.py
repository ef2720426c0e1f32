"""Claims, corrections and remittances end in the same final claims in whatever order, however often and in how many pieces.

The examples of rules/encounters-and-claims.md#final-claims come first.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Demo
from tests.dbt.replayed import Answer, Bill, Payer, Record, shuffled


@pytest.fixture(scope="module")
def payer(demo: Demo) -> Iterator[Payer]:
    """One payer for all examples."""
    built = Payer(demo.data / "logs" / "dbt" / "compiled" / "caseload" / "models")
    yield built
    built.close()


PAID = Answer("A", "I1", "1", 1, 90)
REPLACED = [Bill("A"), PAID, Bill("A", "7", "I1", last_day=5)]


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        pytest.param([Bill("A")], [(3, None, False, False)], id="submitted"),
        pytest.param([Bill("A"), PAID], [(3, 90, False, False)], id="paid"),
        pytest.param([Bill("A"), Answer("A", "I1", "4", 1, 0)], [(3, None, True, False)], id="denied"),
        pytest.param([PAID], [], id="a payment without a claim"),
        pytest.param([Bill("A"), PAID, Bill("A", "8", "I1")], [], id="void"),
        pytest.param([Bill("A"), PAID, Bill("B", "8", "I1")], [], id="void under another number"),
        pytest.param([Bill("A"), Bill("A", "8")], [], id="void without the payer's number"),
        pytest.param(REPLACED, [(5, None, False, False)], id="replacement moves the discharge"),
        pytest.param(
            [*REPLACED, Answer("A", "I1", "22", 2, -90), Answer("A", "I2", "1", 2, 70)],
            [(5, 70, False, False)], id="replacement paid",
        ),
        pytest.param([*REPLACED, Answer("A", "I2", "4", 2, 0)], [(3, 90, False, False)], id="denied replacement"),
        pytest.param(
            [Bill("A"), PAID, Answer("A", "I1", "22", 2, -90), Answer("A", "I1", "1", 2, 80)],
            [(3, 80, False, False)], id="reversal and corrected payment",
        ),
        pytest.param(
            [Bill("A"), PAID, Answer("A", "I1", "22", 2, -90), Answer("A", "I2", "1", 2, 80)],
            [(3, 80, False, False)], id="corrected under a new number",
        ),
        pytest.param([Bill("A"), PAID, Answer("A", "I1", "22", 2, -90)], [], id="reversed for good"),
        pytest.param([Bill("B", "7", "I9", last_day=5)], [(5, None, False, True)], id="orphan replacement"),
        pytest.param(
            [Bill("A"), PAID, Bill("B", "7", "I1"), Answer("B", "I2", "1", 2, 70), Bill("C", "7", "I2", last_day=6)],
            [(6, None, False, False)], id="chain",
        ),
        pytest.param([Bill("A"), Bill("Z")], [(3, None, False, False)] * 2, id="two claims"),
    ],
)  # fmt: skip
def test_golden_cases_in_either_order(
    payer: Payer, story: list[Record], expected: list[tuple[object, ...]]
) -> None:
    wanted = [(*claim[:1], claim[1] and Decimal(claim[1]), *claim[2:], 7) for claim in expected]
    for pieces in ([story], [[record] for record in story], [[record] for record in story[::-1]]):
        found = payer.finals(pieces)
        assert [(*row[:1], row[1] or None, *row[2:]) for row in found] == wanted


@st.composite
def chains(draw: st.DrawFn) -> list[Record]:
    """One claim of a provider and its payer: consecutive versions, each adjudicated except perhaps the last."""
    story: list[Record] = []
    name = draw(st.sampled_from("AB"))
    count = draw(st.integers(1, 4))
    replaced = draw(st.sampled_from([None, f"{name}LOST"]))
    for n in range(count):
        is_own = draw(st.booleans())
        number = f"{name}{n}" if is_own or n == 0 else f"{name}0"
        is_void = n == count - 1 and replaced is not None and draw(st.booleans())
        frequency = "1" if replaced is None else "8" if is_void else "7"
        # The same key with other content is a correction by delivery: there the order of arrival decides.
        if any(
            (bill.number, bill.replaces) == (number, replaced)
            for bill in story
            if isinstance(bill, Bill)
        ):
            number = f"{name}{n}"
        story.append(Bill(number, frequency, replaced, last_day=n + 1))
        answers = ["paid", "denied", "reversed", "corrected"] + ["none"] * (n == count - 1)
        answer = draw(st.sampled_from(answers))
        if is_void or answer == "none":
            break
        icn = f"{name}I{n}"
        if answer == "denied":
            story.append(Answer(number, icn, "4", 3 * n, 0))
            continue
        story.append(Answer(number, icn, "1", 3 * n, 90))
        if answer != "paid":
            story.append(Answer(number, icn, "22", 3 * n + 1, -90))
        if answer == "corrected":
            story.append(Answer(number, icn, "1", 3 * n + 1, 50 + n))
        replaced = icn
    return story


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(story=chains(), data=st.data())
def test_any_arrival_gives_the_same_final_claims(
    payer: Payer, story: list[Record], data: st.DataObject
) -> None:
    assert payer.finals(shuffled(story, data)) == payer.finals([story])
