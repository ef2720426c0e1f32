"""The scoring step: without pairs splink does not start, and an error message names no client."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from orchestration import linkage_assets, warehouse
from orchestration.settings import Settings


def _pairs(data: Path, select: str) -> Settings:
    data.mkdir()
    with duckdb.connect(str(data / warehouse.FILE)) as connection:
        connection.execute("create schema intermediate; create schema raw_caseload")
        connection.execute(f"create table intermediate.int_identity__paired as {select}")
        connection.execute(
            "create table raw_caseload.identity_score as select 'of yesterday' as pair_key"
        )
    return Settings(data=data)


def _scores(data: Path) -> list[tuple]:
    with duckdb.connect(str(data / warehouse.FILE)) as connection:
        return connection.execute("from raw_caseload.identity_score").fetchall()


def test_splink_is_not_started_without_pairs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = _pairs(tmp_path / "data", "select 1 as pair_key where false")
    monkeypatch.setattr(
        linkage_assets, "_run_linkage", lambda *_: pytest.fail("splink was started")
    )
    assert linkage_assets.score_pairs(settings) == (0, 0)
    assert _scores(settings.data) == []  # yesterday's scores are deleted


def test_failed_scoring_names_no_client_and_deletes_the_pairs(tmp_path: Path) -> None:
    settings = _pairs(
        tmp_path / "data",
        "select 1 as pair_key, 'Secretname' as person_first_name, 'Secretname' as candidate_first_name",
    )
    with pytest.raises(linkage_assets.LinkageError) as raised:
        linkage_assets.score_pairs(settings)
    assert "could not be scored" in str(raised.value)
    assert "secretname" not in str(raised.value).lower()
    assert list((settings.data / "linkage").iterdir()) == []
