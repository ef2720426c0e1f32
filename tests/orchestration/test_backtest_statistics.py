"""Statistics of a backtest against values calculated by hand."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from orchestration.backtest_groups import by_group
from orchestration.backtest_statistics import (
    POOLED,
    auroc,
    calibration,
    found_by,
    gain,
    wilson,
    without_small_lists,
)

DAY = dt.date(2026, 1, 31)


def clients(rows: list[dict[str, object]], day: dt.date = DAY) -> pl.DataFrame:
    """A frame as backtest_data reads it; each row overrides a housed client without events."""
    base = {
        "as_of_date": day, "source": "ehr", "client_id": "C", "risk_score": 10, "tier_rank": 0,
        "paid_usd": 0.0, "ed_visits": 0, "psychiatric_admission": False, "behavioral_ed_visit": False,
        "ed_visit": False, "race": "white", "ethnicity": "missing", "age_band": "30-44", "sex": "F",
        "language": "en", "payer_type": "medicaid", "homelessness": "housed", "charlson_score": 0,
        "behavioral_diagnoses": 1, "is_raised": False, "is_lowered": False, "has_phone": True,
        "has_phq9": False, "alerted_events": 0, "hospital_events": 0, "contact_24h_due": 0,
        "contact_24h_met": 0, "attempt_24h_due": 0, "attempt_24h_met": 0,
    }  # fmt: skip
    return pl.DataFrame([base | row for row in rows])


def cell(frame: pl.DataFrame, **keys: str) -> dict[str, object]:
    """The one row with these keys."""
    found = frame.filter(*(pl.col(name) == value for name, value in keys.items())).to_dicts()
    assert len(found) == 1
    return found[0]


def test_wilson_interval_of_published_examples():
    # Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 29 of 29.
    for events, total, low, high in (
        (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (29, 29, 0.8830, 1.0),
    ):  # fmt: skip
        found = wilson(events, total)
        assert found.low == pytest.approx(low, abs=5e-5)
        assert found.high == pytest.approx(high, abs=5e-5)
    assert wilson(0, 0).rate is None


def test_clients_who_tie_for_the_last_places_share_them():
    frame = clients(
        [
            {"ed_visits": 3, "ed_visit": True},
            {"ed_visits": 1, "ed_visit": True},
            {"ed_visits": 1},
            {"ed_visits": 1},
            {"ed_visits": 0, "ed_visit": True},
        ]
    )
    assert found_by(frame, "ed_visits", "ed_visit", 0) == 0
    assert found_by(frame, "ed_visits", "ed_visit", 1) == 1
    assert found_by(frame, "ed_visits", "ed_visit", 3) == pytest.approx(1 + 2 / 3)
    assert found_by(frame, "ed_visits", "ed_visit", 4) == 2
    assert found_by(frame, "ed_visits", "ed_visit", 9) == 3


def test_auroc_counts_ties_one_half():
    frame = clients(
        [
            {"risk_score": 50, "ed_visit": True},
            {"risk_score": 20, "ed_visit": True},
            {"risk_score": 20},
            {"risk_score": 5},
        ]
    )
    # Pairs: 50>20, 50>5, 20=20, 20>5: 3.5 of 4.
    assert auroc(frame, "ed_visit") == pytest.approx(3.5 / 4)
    assert auroc(frame, "psychiatric_admission") is None


def test_gain_compares_the_tier_list_with_lists_of_its_size():
    frame = clients(
        [
            {"tier_rank": 3, "ed_visit": True, "paid_usd": 5.0},
            {"tier_rank": 2, "ed_visit": True, "paid_usd": 1.0, "ed_visits": 2},
            {"tier_rank": 1, "paid_usd": 9.0},
            {"tier_rank": 0, "ed_visit": True, "paid_usd": 7.0, "ed_visits": 5},
            {"tier_rank": 0},
            {"tier_rank": 0},
        ]
    )
    found = cell(gain(frame), outcome="ed_visit", tiers="critical and high")
    assert (found["clients"], found["listed"], found["with_outcome"]) == (6, 2, 3)
    assert found["found"] == 2
    assert found["found_by_cost"] == 1  # 9 (no visit) and 7
    assert found["found_by_ed"] == 2  # 5 and 2
    assert found["found_by_chance"] == pytest.approx(1.0)  # 2 of 6 places, 3 clients
    assert found["share_found"] == pytest.approx(2 / 3)
    assert found["gain_over_chance"] == pytest.approx(2.0)
    assert found["listed_rate"] == 1.0
    none = cell(gain(frame), outcome="psychiatric_admission", tiers="critical")
    assert none["share_found"] is None
    assert none["gain_over_chance"] is None


def test_dates_are_pooled_by_adding_lists_drawn_for_each_date():
    first = clients([{"tier_rank": 3, "ed_visit": True}, {"paid_usd": 900.0}])
    second = clients(
        [{"tier_rank": 0, "paid_usd": 1.0}, {"ed_visit": True, "paid_usd": 2.0}],
        dt.date(2026, 2, 28),
    )
    found = gain(pl.concat([first, second]))
    assert found["as_of"].unique(maintain_order=True).to_list() == [
        "2026-01-31", "2026-02-28", POOLED,
    ]  # fmt: skip
    pooled = cell(found, as_of=POOLED, outcome="ed_visit", tiers="critical")
    assert (pooled["listed"], pooled["found"], pooled["with_outcome"]) == (1, 1, 2)
    assert pooled["found_by_cost"] == 0  # the list of the first date holds the client who cost 900
    assert pooled["found_by_chance"] == pytest.approx(0.5)


def test_calibration_has_bands_of_whole_scores_and_hides_bands_below_11_clients():
    rows = [{"risk_score": 19, "ed_visit": n < 2} for n in range(10)]
    rows += [{"risk_score": 20, "ed_visit": n < 2} for n in range(11)]
    found = calibration(clients(rows))
    small = cell(found, outcome="ed_visit", band="10-19")
    assert (small["clients"], small["events"], small["rate"]) == (None, None, None)
    shown = cell(found, outcome="ed_visit", band="20-29")
    assert (shown["clients"], shown["events"]) == (11, 2)
    assert shown["rate"] == pytest.approx(2 / 11)
    empty = cell(found, outcome="ed_visit", band="60-100")
    assert (empty["clients"], empty["rate"]) == (0, None)


def test_group_cells_below_11_are_hidden_with_the_smallest_other_cell():
    rows: list[dict[str, object]] = [{"race": "white", "ed_visit": n < 20} for n in range(60)]
    rows += [{"race": "black", "ed_visit": n < 11} for n in range(30)]
    rows += [{"race": "asian", "ed_visit": n < 3} for n in range(20)]
    rows += [{"race": "missing", "ed_visit": n < 15} for n in range(40)]
    found = by_group(clients(rows))
    rate = found.filter((pl.col("dimension") == "race") & (pl.col("metric") == "ed_visit_rate"))
    # Asian: 3 events. Without the next smallest group it would follow from the total.
    assert dict(rate.select("group", "value").iter_rows()) == {
        "asian": None, "black": None, "missing": pytest.approx(15 / 40), "white": pytest.approx(20 / 60),
    }  # fmt: skip
    assert rate.filter(pl.col("value").is_null())["clients"].null_count() == 2


def test_a_group_selected_less_than_four_fifths_as_often_as_the_largest_is_a_warning():
    rows: list[dict[str, object]] = [
        {"sex": "F", "tier_rank": 2 if n < 50 else 0} for n in range(200)
    ]
    rows += [{"sex": "M", "tier_rank": 2 if n < 20 else 0} for n in range(100)]
    rows += [{"sex": "X", "tier_rank": 2 if n < 19 else 0} for n in range(100)]
    found = by_group(clients(rows))
    ratio = found.filter(
        (pl.col("metric") == "selection_ratio") & (pl.col("dimension") == "sex")
    ).sort("group")
    assert ratio["value"].to_list() == pytest.approx([1.0, 0.8, 0.76])
    assert ratio["is_warning"].to_list() == [False, False, True]


def test_missed_below_high_and_illness_burden_at_equal_score():
    rows: list[dict[str, object]] = [
        {"risk_score": 45, "tier_rank": 2, "ed_visit": True, "charlson_score": 2} for _ in range(15)
    ]
    rows += [{"risk_score": 10, "ed_visit": True} for _ in range(12)]
    found = by_group(clients(rows))
    missed = cell(found, dimension="sex", group="F", metric="ed_visit_missed_below_high")
    assert missed["value"] == pytest.approx(12 / 27)
    burden = cell(found, dimension="sex", group="F", metric="illness_burden_from_40")
    assert burden["value"] == pytest.approx(3.0)


def test_what_a_list_of_fewer_than_11_clients_found_is_hidden():
    rows: list[dict[str, object]] = [{"tier_rank": 3, "ed_visit": True} for _ in range(10)]
    rows += [{"tier_rank": 2, "ed_visit": True}, {"ed_visit": True}]
    found = without_small_lists(gain(clients(rows)))
    small = cell(found, outcome="ed_visit", tiers="critical")
    assert (small["listed"], small["found"], small["found_by_cost"]) == (None, None, None)
    assert (small["share_found"], small["gain_over_chance"]) == (None, None)
    assert (small["clients"], small["with_outcome"]) == (12, 12)
    shown = cell(found, outcome="ed_visit", tiers="critical and high")
    assert (shown["listed"], shown["found"]) == (11, 11)
