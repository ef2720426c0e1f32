"""Fixed-width records: values by position, lines of another length rejected, CMS file names."""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from sources.contract import ContractError, load_contract, load_contracts
from sources.formats import fixed_width
from sources.formats.fixed_width import column_position, read_fixed_width
from sources.ingest import ingest
from sources.landing import table_of
from sources.raw_zone import RawZone
from sources.reasons import FileRefusedError

CONTRACT = load_contracts()["claims_cclf"]
# Record lengths in the CCLF Information Packet, version 36.
LENGTHS = {
    "cclf1": 437,
    "cclf2": 199,
    "cclf4": 112,
    "cclf5": 388,
    "cclf7": 195,
    "cclf8": 549,
    "cclf9": 55,
}


def record(table: str, length: int | None = None, **values: str) -> str:
    """A line with these values in their positions."""
    line = [" "] * (length or LENGTHS[table])
    for column in CONTRACT.tables[table].columns:
        begin, size = column_position(column, CONTRACT.tables[table])
        text = (
            values.pop(column.name, "").rjust(size)
            if column.type == "decimal"
            else values.pop(column.name, "").ljust(size)
        )
        assert len(text) == size
        line[begin : begin + size] = text
    assert not values
    return "".join(line)


CLAIM = {
    "cur_clm_uniq_id": "4000000000001", "bene_mbi_id": "1AC2HJ3RT4Y", "clm_type_cd": "60",
    "clm_from_dt": "2025-01-05", "clm_thru_dt": "2025-01-09", "clm_bill_fac_type_cd": "1",
    "clm_bill_clsfctn_cd": "1", "prncpl_dgns_cd": "F332", "clm_pmt_amt": "-0000000001234.50",
    "clm_adjsmt_type_cd": "0", "clm_efctv_dt": "2025-02-01", "clm_idr_ld_dt": "1000-01-01",
    "clm_bill_freq_cd": "1", "clm_blg_prvdr_oscar_num": "330101", "clm_blg_prvdr_npi_num": "1234567893",
}  # fmt: skip


def read(
    content: str | bytes, folder: Path, table: str = "cclf1"
) -> tuple[pl.DataFrame, pl.DataFrame]:
    path = folder / "x"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    found = read_fixed_width(path, CONTRACT.tables[table], "America/New_York", "b", folder / "out")
    rows = pl.concat(map(pl.read_parquet, found.typed))
    rejects = pl.read_parquet(found.rejects) if found.rejects else pl.DataFrame()
    assert found.rows_in == rows.height + rejects.height
    return rows, rejects


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_each_value_is_read_from_its_position(tmp_path: Path, end: str) -> None:
    rows, rejects = read(record("cclf1", **CLAIM) + end, tmp_path)
    assert rejects.is_empty()
    row = {name: value for name, value in rows.row(0, named=True).items() if value is not None}
    dates = {name: dt.date.fromisoformat(CLAIM[name]) for name in CLAIM if name.endswith("_dt")}
    assert row == {
        **CLAIM, **dates, "clm_pmt_amt": Decimal("-1234.50"), "_batch_id": "b", "_source_row": 1,
    }  # fmt: skip


def test_columns_do_not_overlap_and_are_within_the_record() -> None:
    assert set(CONTRACT.tables) == set(LENGTHS)
    for name, table in CONTRACT.tables.items():
        spans = [column_position(column, table) for column in table.columns]
        assert all(a + size <= b for (a, size), (b, _) in itertools.pairwise(spans)), name
        assert spans[-1][0] + spans[-1][1] <= LENGTHS[name], name


def test_line_of_another_length_is_rejected_and_others_are_read(tmp_path: Path) -> None:
    lines = [record("cclf1", **CLAIM | {"cur_clm_uniq_id": str(n)}) for n in range(5)]
    lines[1], lines[3] = lines[1][:-1], lines[3] + " "
    rows, rejects = read("\n".join(lines), tmp_path)
    assert rows["cur_clm_uniq_id"].to_list() == ["0", "2", "4"]
    assert rejects["reason_code"].to_list() == ["ragged_row"] * 2
    assert rejects["_source_row"].to_list() == [2, 4]
    assert rejects["line"].to_list() == [lines[1].encode(), lines[3].encode()]
    assert rejects["detail"][0] == "expected 437 characters, like most lines"


def test_shorter_record_of_an_older_layout_is_read(tmp_path: Path) -> None:
    values = {name: CLAIM[name] for name in CLAIM if not name.startswith("clm_blg")}
    line = record("cclf1", **CLAIM)[:352]
    rows, _ = read(line + "\n", tmp_path)
    assert rows["clm_blg_prvdr_npi_num"].to_list() == ["1234567893"]
    _, rejects = read(record("cclf1", **values)[:292] + "\n", tmp_path)
    assert rejects["column_name"].to_list() == ["clm_blg_prvdr_oscar_num"]


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("clm_pmt_amt", "12,5", "bad_decimal"),
        ("clm_from_dt", "2025-13-01", "bad_date"),
        ("clm_from_dt", "", "missing_required"),
        ("clm_from_dt", "0999-01-01", "out_of_range"),
        ("clm_adjsmt_type_cd", "3", "value_not_allowed"),
        ("cur_clm_uniq_id", "40A", "pattern_mismatch"),
    ],
)
def test_bad_value_rejects_the_row_and_names_the_column(
    tmp_path: Path, column: str, value: str, reason: str
) -> None:
    content = "\n".join(
        record("cclf1", **CLAIM | {column: text}) for text in (CLAIM[column], value)
    )
    rows, rejects = read(content, tmp_path)
    assert (rows.height, rejects["reason_code"].to_list()) == (1, [reason])
    assert rejects["column_name"].to_list() == [column]


def test_non_ascii_letters_do_not_shift_later_columns(tmp_path: Path) -> None:
    line = record(
        "cclf8",
        bene_mbi_id="1AC2HJ3RT4Y",
        bene_1st_name="JOSÉ",
        bene_last_name="NÚÑEZ",
        geo_zip5_cd="12207",
    )
    for encoding in ("utf-8", "latin-1"):
        rows, _ = read(line.encode(encoding), tmp_path, "cclf8")
        row = rows.row(0, named=True)
        assert [row[n] for n in ("bene_1st_name", "bene_last_name", "geo_zip5_cd")] == [
            "JOSÉ",
            "NÚÑEZ",
            "12207",
        ]


def test_block_size_does_not_change_the_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = "\n".join(record("cclf1", **CLAIM | {"cur_clm_uniq_id": str(n)}) for n in range(7))
    expected, _ = read(content, tmp_path)
    for size in (1, 400, 1000):
        monkeypatch.setattr(fixed_width, "BLOCK_BYTES", size)
        assert read(content, tmp_path)[0].equals(expected)


@pytest.mark.parametrize(
    ("content", "code"),
    [("", "empty_file"), ("\n \n", "empty_file"), ("x" * 5000, "record_too_long")],
)
def test_file_without_records_or_line_ends_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, code: str
) -> None:
    monkeypatch.setattr(fixed_width, "MAX_LINE_BYTES", 1000)
    with pytest.raises(FileRefusedError) as refused:
        read(content, tmp_path)
    assert refused.value.code == code


def test_position_must_be_first_and_last_in_order(tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    path = tmp_path / "s" / "contract.yml"
    path.write_text(
        "source: s\ndescription: d\nformats: [fixed_width]\ntables:\n  t:\n    description: One row per x.\n"
        "    key: [a]\n    columns: {'a*': {type: varchar, at: 5-3, is: x}}\n"
    )
    table = load_contract(path).tables["t"]
    with pytest.raises(ContractError, match="first-last"):
        column_position(table.columns[0], table)


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("P.A1234.ACO.ZC1Y24.D240101.T0101010", "cclf1"),
        ("P.A1234.ACO.ZC1WY24.D240101.T0101010", "cclf1"),
        ("P.D1234.ACO.ZC8R23.D240101.T0101010.gz", "cclf8"),
        ("2024/P.A1234.ACO.ZC9Y24.D240101.T0101010", "cclf9"),
        ("cclf5_january.txt", "cclf5"),
        ("P.A1234.ACO.ZCAY24.D240101.T0101010", None),
        ("P.A1234.ACO.ZC3Y24.D240101.T0101010", None),
        ("P.A1234.ACO.ZCY24.D240101.T0101010.zip", None),
    ],
)
def test_cms_file_name_determines_the_table(name: str, table: str | None) -> None:
    assert table_of(name, CONTRACT) == table


def test_cms_files_are_ingested_from_landing(tmp_path: Path) -> None:
    folder = tmp_path / "landing" / "claims_cclf" / "2025-05-30"
    folder.mkdir(parents=True)
    (folder / "P.A1234.ACO.ZC1Y25.D250501.T0101010").write_text(record("cclf1", **CLAIM) + "\n")
    (folder / "P.A1234.ACO.ZC3Y25.D250501.T0101010").write_text("x\n")
    seen = dt.datetime(2025, 6, 1, tzinfo=dt.UTC)
    report = ingest(
        tmp_path / "landing",
        tmp_path / "raw",
        "America/New_York",
        seen,
        contracts={"claims_cclf": CONTRACT},
    )
    assert [file.outcome for file in report.files] == ["loaded", "not_read"]
    (batch,) = RawZone(tmp_path / "raw").batches()
    assert (batch.table_name, batch.rows_loaded) == ("cclf1", 1)
