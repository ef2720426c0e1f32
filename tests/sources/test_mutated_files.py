"""No file causes an exception: it is loaded, its rows are rejected, or it is refused with a reason.

Valid files of every format are damaged at random, reproducibly (mutations.py), landed together
and ingested. Every file must have an outcome, and every record must be accounted for. `make
test-long` reads LONG files per format, the regular suite SHORT.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest
from malformed import zipped
from mutations import BINARY_MUTATIONS, TEXT_MUTATIONS, mutated, mutated_members
from xlsxwriter import Workbook

from sources.ingest import FileReport, ingest
from sources.raw_zone import RawZone
from sources.reasons import FILE_REASONS, ROW_REASONS

SHORT, LONG = 40, 2000
LANDING = Path(__file__).parents[1] / "landing"
ZONE = "America/New_York"
FIRST_SEEN = dt.datetime(2025, 6, 1, tzinfo=dt.UTC)
Sample = tuple[str, str, bytes]  # sender, file name, content


def _landed(pattern: str) -> list[Sample]:
    found = sorted(LANDING.glob(pattern))
    assert found, pattern
    return [(path.parents[1].name, path.name, path.read_bytes()) for path in found]


def _text(samples: list[Sample]) -> Callable[[random.Random], Sample]:
    def make(rng: random.Random) -> Sample:
        source, name, content = rng.choice(samples)
        return source, name, mutated(rng, content, TEXT_MUTATIONS)

    return make


def _parquet(rng: random.Random) -> Sample:
    """A damaged Parquet file, or a valid one with an unexpected column type."""
    source, name, content = rng.choice(_landed("*/*/*.csv"))
    frame = pl.read_csv(content, infer_schema=rng.random() < 0.5, truncate_ragged_lines=True)
    is_valid = rng.random() < 0.5
    if is_valid:
        column = rng.choice(frame.columns)
        value = pl.col(column)
        casts = (
            value.cast(pl.String).str.to_datetime(strict=False),
            value.cast(pl.String).cast(pl.Binary),
            value.cast(pl.Float64, strict=False) * 1e300,
            value.cast(pl.Float32, strict=False),
            value.cast(pl.Int64, strict=False).cast(pl.Decimal(38, 9), strict=False),
            value.cast(pl.String).cast(pl.Categorical),
            pl.lit(None).alias(column),
            pl.struct(value).alias(column),
            pl.concat_list(value).alias(column),
            pl.lit(dt.time(1)).alias(column),
            pl.lit(dt.timedelta(1)).alias(column),
            pl.lit(dt.datetime(9999, 12, 31)).alias(column),
            pl.lit(float("inf")).alias(column),
            pl.lit("x" * 1000).alias(column),
            pl.lit(True).alias(column),
        )
        frame = frame.with_columns(rng.choice(casts))
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression=rng.choice(("zstd", "uncompressed", "snappy")))
    written = buffer.getvalue()
    if not is_valid:
        written = mutated(rng, written, BINARY_MUTATIONS)
    return source, name.removesuffix(".csv") + ".parquet", written


def _workbook(rng: random.Random) -> Sample:
    source, name, content = rng.choice(_landed("outreach_log/*/*.csv"))
    buffer = io.BytesIO()
    with Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(csv.reader(io.StringIO(content.decode()))):
            sheet.write_row(number, 0, row)
    written = buffer.getvalue()
    if rng.random() < 0.8:
        written = mutated_members(rng, written)
    else:
        written = mutated(rng, written, BINARY_MUTATIONS)
    return source, name.removesuffix(".csv") + ".xlsx", written


def _archive(rng: random.Random) -> Sample:
    source, name, content = rng.choice(_landed("*/*/*.*"))
    is_gzip, is_inside = rng.random() < 0.5, rng.random() < 0.3
    if is_inside:
        content = mutated(rng, content, TEXT_MUTATIONS)
    packed = gzip.compress(content, mtime=0) if is_gzip else zipped({name: content, "x.txt": b"x"})
    if not is_inside:
        packed = mutated(rng, packed, BINARY_MUTATIONS)
    return source, f"{name}.gz" if is_gzip else f"{Path(name).stem}.zip", packed


KINDS: dict[str, Callable[[random.Random], Sample]] = {
    "csv": _text([s for s in _landed("*/*/*.csv") if s[0] != "valuesets"]),
    "parquet": _parquet,
    "hl7v2": _text(_landed("adt/*/*.hl7")),
    "x12": _text(_landed("claims_x12/*/*")),
    "fhir_ndjson": _text(_landed("ehr_fhir/*/*.ndjson")),
    "fhir_bundle": _text(_landed("ehr_fhir/*/*.json")),
    "fixed_width": _text(_landed("claims_cclf/*/*")),
    "workbook": _workbook,
    "value_sets": _text(_landed("valuesets/*/*")),
    "archive": _archive,
}


def damaged(kind: str, number: int) -> Sample:
    """The file of this format and number; the same bytes in every call."""
    return KINDS[kind](random.Random(f"{kind} {number}"))


def land(landing: Path, kind: str, numbers: range) -> int:
    """Write the files and return their number.

    A file's number goes after the first dot of its name.
    """
    for number in numbers:
        source, name, content = damaged(kind, number)
        stem, _, extension = name.partition(".")
        folder = landing / source / f"2025-06-{number % 28 + 1:02}"
        folder.mkdir(parents=True, exist_ok=True)
        # After the first dot, because CMS names (P.A1234.ACO.ZC1Y25.…) are recognized by their
        # beginning.
        named = f"{stem}.{number}.{extension}"
        (folder / named).write_bytes(content)
    return len(numbers)


def _reports(tmp_path: Path, kind: str, numbers: range) -> Iterator[FileReport]:
    count = land(tmp_path / "landing", kind, numbers)
    done: list[str] = []
    report = ingest(
        tmp_path / "landing",
        tmp_path / "raw",
        ZONE,
        FIRST_SEEN,
        on_file=lambda number, _all, path: done.append(path),
    )
    assert not report.notices
    assert len(report.files) == len(done) == count
    yield from report.files


def _check(tmp_path: Path, kind: str, numbers: range) -> None:
    outcomes = set()
    for file in _reports(tmp_path, kind, numbers):
        outcomes.add(file.outcome)
        assert file.rows_in == file.rows_loaded + file.rows_rejected, file
        if file.outcome == "refused":
            assert file.reason_code in FILE_REASONS, file
            assert file.detail, file
            assert file.rows_in == 0, file
        else:
            assert file.outcome in ("loaded", "delivered_again"), file
    assert {"loaded", "refused"} <= outcomes
    zone = RawZone(tmp_path / "raw")
    assert zone.verify() == []
    rejects = list(zone.rejects())
    assert len(rejects) == sum(batch.rows_rejected for batch in zone.batches())
    for reject in rejects:
        assert reject.reason_code in ROW_REASONS or reject.reason_code.startswith("rule_"), reject
    for source in zone.sources():
        for table in {b.table_name for b in zone.batches() if b.source == source and b.rows_in}:
            assert table is not None
            typed = sum(pl.scan_parquet(p, glob=False).select(pl.len()).collect().item()
                        for p in zone.files(source, table))  # fmt: skip
            loaded = [
                b.rows_loaded for b in zone.batches() if (b.source, b.table_name) == (source, table)
            ]
            assert typed == sum(loaded), (source, table)


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_file_is_loaded_rejected_or_refused_with_a_reason(
    tmp_path: Path, kind: str
) -> None:
    _check(tmp_path, kind, range(SHORT))


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_two_thousand_damaged_files_of_each_format(tmp_path: Path, kind: str) -> None:
    _check(tmp_path, kind, range(SHORT, SHORT + LONG))
