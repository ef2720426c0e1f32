"""Third-party X12 (837P, 837I, 835) and HL7 v2 (ADT, SIU) files from ../shared, in a full run."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import duckdb
import pytest
from run_results import released_bytes

from tests import forked
from tests.conftest import REAL

FILES = REAL / "x12" / "landing" / "claims_x12"
MESSAGES = REAL / "hl7v2" / "landing" / "adt"


# A full run takes minutes. `make test` reads these files in the tests of the readers.
pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not FILES.is_dir():
        pytest.skip("../shared/real is missing: third-party data are read from there")
    folder = tmp_path_factory.mktemp("exchange")
    for sender in (FILES, MESSAGES):
        shutil.copytree(sender, folder / "landing" / sender.name)
    data = folder / "data"
    forked.run(folder / "landing", data, "2026-02-01")
    return data


def _all(data: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


def _segments() -> Counter[str]:
    """Count segments by name. Equal files count once, because they are one batch."""
    contents = {path.read_bytes() for path in FILES.rglob("*") if path.is_file()}
    texts = (content.decode("latin-1").split("~") for content in contents)
    return Counter(text.strip().split("*", 1)[0] for segments in texts for text in segments)


def test_every_record_is_loaded_or_rejected_with_a_reason(exchange: Path) -> None:
    rows = {
        name: (rows_in, loaded, rejected, superseded, current)
        for name, rows_in, loaded, rejected, superseded, current in _all(
            exchange,
            "select table_name, rows_in, rows_loaded, rows_rejected, rows_superseded, rows_current"
            " from quality.fct_reconciliation where source = 'claims_x12'",
        )
    }
    delivered = _segments()
    lines = delivered["SV1"] + delivered["SV2"]
    expected = {
        "claim": delivered["CLM"],
        "claim_line": lines,
        "remittance": delivered["CLP"],
        "remittance_line": delivered["SVC"],
        "provider_adjustment": delivered["PLB"],
    }
    assert {name: counts[0] for name, counts in rows.items()} == expected
    for name, (rows_in, loaded, rejected, superseded, current) in rows.items():
        assert rows_in == loaded + rejected, name
        assert loaded == current + superseded, name


def test_rejects_are_the_known_errors_of_the_files(exchange: Path) -> None:
    found = _all(
        exchange, "select reason_code, detail from quality.fct_reject where source = 'claims_x12'"
    )
    # A component separator other than ISA16, month 13, a decimal diagnosis pointer, an element
    # instead of a component.
    assert {reason for reason, _ in found} == {
        "pattern_mismatch",
        "bad_date",
        "bad_integer",
        "missing_required",
        "rejected_with_claim",
    }


def test_claims_and_their_clients_reach_the_marts(exchange: Path) -> None:
    claims = _all(
        exchange, "select source, count(*), count(client_key) from marts.fct_claim group by source"
    )
    ((source, count, with_client),) = claims
    assert (source, count) == ("claims_x12", with_client)
    assert count > 10
    ids = _all(exchange, "select client_id from marts.dim_client")
    assert all(str(client_id).startswith("claims_x12:") for (client_id,) in ids)
    stays = _all(exchange, "select distinct evidence_table from marts.fct_claim")
    assert stays == [("raw_claims_x12.claim_line",)]


def test_every_message_is_loaded_or_rejected_with_a_reason(exchange: Path) -> None:
    contents = {path.read_bytes() for path in MESSAGES.rglob("*") if path.is_file()}
    begun = re.compile(rb"(?:^|[\r\n])(?:\xef\xbb\xbf)?MSH")
    delivered = sum(len(begun.findall(content)) for content in contents)
    ((rows_in, loaded, rejected, superseded, current),) = _all(
        exchange,
        "select sum(rows_in), sum(rows_loaded), sum(rows_rejected), sum(rows_superseded), sum(rows_current)"
        " from quality.fct_reconciliation where source = 'adt' and table_name = 'message'",
    )
    assert rows_in == delivered == loaded + rejected
    assert loaded == current + superseded
    assert loaded > rejected
    reasons = "select distinct reason_code from quality.fct_reject where source = 'adt'"
    assert _all(exchange, reasons) == [("repeated_segment",)]
    assert _all(exchange, "select status from marts.fct_appointment") == [("no_show",)]


def test_reject_details_contain_no_values_of_the_files(exchange: Path) -> None:
    details = " ".join(
        str(row[0]) for row in _all(exchange, "select detail from quality.fct_reject")
    )
    for word in ("SMITH", "JONES", "11>B>1", "20002316", "HC>"):
        assert word not in details


def test_lists_and_metrics_are_released(exchange: Path) -> None:
    assert released_bytes(exchange)
