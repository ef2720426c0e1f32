"""Cost of reading the formats with several record types: records per CPU second, and memory.

Each file is generated from valid records and read once by its reader in a separate process, in the same way as in
ingest: from bytes to typed Parquet files on disk. The records have the same structure and different values, so that a
reader gains nothing from repetition. Must not be here: the pipeline (bench.py).
"""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from rich.table import Table

from orchestration.progress import peak_mb
from sources.contract import load_contracts
from sources.ingest import RECORD_READERS

_ZONE = "America/New_York"
_WARM_UP = 200
_MB = 1_000_000


@dataclass(frozen=True)
class Format:
    """A format as delivered by a sender.

    Attributes:
        name: Name in the sender's contract.
        source: The sender.
        counted: Noun for the counted records.
        table: Table with the counted rows.
        goal: Records per CPU second.
        records: Endless generator of texts with one counted record each.
        head: Text before the records in a file.
        tail: Text after the records, given their number.
    """

    name: str
    source: str
    counted: str
    table: str
    goal: int
    records: Callable[[], Iterator[str]]
    head: str = ""
    tail: Callable[[int], str] = lambda _count: ""


def _messages() -> Iterator[str]:
    n = 0
    while True:
        at = f"2025{1 + n % 12:02d}{1 + n % 28:02d}{n % 24:02d}{n % 60:02d}{n * 7 % 60:02d}-0500"
        trigger = ("A01", "A03", "A08", "A04", "A02")[n % 5]
        facility = f"HOSP{n % 9}"
        yield (
            f"MSH|^~\\&|ADT|{facility}|HIE|HIE|{at}||ADT^{trigger}|C{n}|P|2.5.1\r"
            f"EVN|{trigger}|{at}||||{at}\r"
            f"PID|1||{n % 50_000}^^^{facility}^MR~M{n % 50_000:08d}^^^NC^MA||RUIZ{n % 997}^ANA{n % 89}^B||"
            f"1980{1 + n % 12:02d}{1 + n % 28:02d}|F|||{n % 900} MAIN ST^^RALEIGH^NC^27601||(919)555-{n % 10_000:04d}\r"
            f"PV1|1|I|W{n % 20}^R{n % 90}^B1^{facility}|E|||{1_234_567_890 + n % 100}^DOE^JO^^^^^^NPI|||MED||||7|||||"
            f"V{n // 2}|||||||||||||||||01|||||||{at}|{at}\r"
            f"DG1|1|I10|F33.2^^I10|||A\rDG1|2|I10|R45.851^^I10|||W\r"
        )
        n += 1


def _resources() -> Iterator[str]:
    n = 0
    while True:
        yield (
            json.dumps(
                {
                    "resourceType": "Observation",
                    "id": f"o{n}",
                    "meta": {"lastUpdated": "2025-01-02T03:04:05Z"},
                    "status": "final",
                    "category": [{"coding": [{"code": "survey"}]}],
                    "code": {"coding": [{"system": "http://loinc.org", "code": "44261-6"}]},
                    "subject": {"reference": f"Patient/p{n % 9_999}"},
                    "encounter": {"reference": f"Encounter/e{n % 19_999}"},
                    "effectiveDateTime": f"2025-{1 + n % 12:02d}-{1 + n % 28:02d}T09:{n % 60:02d}:00-05:00",
                    "valueQuantity": {"value": n % 28, "unit": "{score}", "code": "{score}"},
                }
            )
            + "\n"
        )
        n += 1


def _claims() -> Iterator[str]:
    n = 0
    while True:
        day = f"2025{1 + n % 12:02d}{1 + n % 28:02d}"
        lines = "".join(
            f"LX*{line}~SV1*HC:99214*{100 + line}*UN*1***1~DTP*472*D8*{day}~REF*6R*L{n}{line}~"
            for line in (1, 2, 3)
        )
        yield (
            f"HL*{n + 2}*1*22*0~SBR*P*18*******MC~NM1*IL*1*RUIZ{n % 997}*ANA*B***MI*M{n % 50_000:08d}~"
            f"N3*{n % 900} MAIN ST~N4*RALEIGH*NC*27601~DMG*D8*1980{1 + n % 12:02d}{1 + n % 28:02d}*F~"
            f"NM1*PR*2*MEDICAID PLAN*****PI*PLAN1~CLM*C{n}*303***11:B:1*Y*A*Y*Y~HI*ABK:F332*ABF:R45851~"
            f"NM1*82*1*DOE*JO****XX*1234567893~{lines}"
        )
        n += 1


_X12_HEAD = (
    "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *250101*0900*^*00501*000000001*0*P*:~"
    "GS*HC*SENDER*RECEIVER*20250101*0900*1*X*005010X222A2~ST*837*0001*005010X222A2~"
    "BHT*0019*00*1*20250101*0900*CH~NM1*41*2*AGENCY*****46*1~PER*IC*X*TE*9195550100~NM1*40*2*PLAN*****46*2~"
    "HL*1**20*1~PRV*BI*PXC*261QM0801X~NM1*85*2*AGENCY*****XX*1234567893~N3*1 MAIN ST~N4*RALEIGH*NC*27601~REF*EI*123456789~"
)
_HEAD_SEGMENTS, _CLAIM_SEGMENTS = 11, 22


def _x12_tail(claims: int) -> str:
    segments = _HEAD_SEGMENTS + claims * _CLAIM_SEGMENTS + 1
    return f"SE*{segments}*0001~GE*1*1~IEA*1*000000001~"


FORMATS = (
    Format("hl7v2", "adt", "messages", "message", 50_000, _messages),
    Format("fhir", "ehr_fhir", "resources", "Observation", 100_000, _resources),
    Format("x12", "claims_x12", "claims", "claim", 20_000, _claims, _X12_HEAD, _x12_tail),
)


@dataclass(frozen=True)
class Reading:
    """Cost of reading a file; `peak_mb` is that of the reading process."""

    rows: int
    cpu_seconds: float
    peak_mb: float


class ReadingError(Exception):
    """Not all generated records were loaded, so the measured speed is not valid."""


def measure(count: int) -> Table:
    """Read `count` records of each format and return a table of the costs.

    Raises:
        ReadingError: not all records were loaded.
    """
    table = Table(title=f"Readers, {count:,} records each", title_justify="left")
    for heading in ("Format", "Records", "MB", "CPU s", "Per CPU s", "Goal", "Peak MB"):
        table.add_column(heading, justify="left" if heading == "Format" else "right")
    with tempfile.TemporaryDirectory(prefix="caseload-formats-") as folder:
        for form in FORMATS:
            paths = [Path(folder) / f"{form.name}-{n}" for n in (_WARM_UP, count)]
            for path, n in zip(paths, (_WARM_UP, count), strict=True):
                _write(form, path, n)
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
                found = apart.submit(_read, form.name, paths).result()
            if found.rows != count:
                raise ReadingError(
                    f"{form.name}: {count} {form.counted} written, {found.rows} loaded"
                )
            table.add_row(
                form.name,
                f"{count:,} {form.counted}",
                f"{paths[1].stat().st_size / _MB:,.0f}",
                f"{found.cpu_seconds:.1f}",
                f"{count / found.cpu_seconds:,.0f}",
                f"{form.goal:,}",
                f"{found.peak_mb:,.0f}",
            )
    return table


def _write(form: Format, path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(form.head)
        file.writelines(islice(form.records(), count))
        file.write(form.tail(count))


def _read(name: str, paths: list[Path]) -> Reading:
    """Read both files: the first warms up per-process state, the second is measured."""
    form = next(form for form in FORMATS if form.name == name)
    tables = load_contracts()[form.source].record_tables
    for path in paths:
        began = _cpu()
        read = RECORD_READERS[name](
            path,
            tables,
            _ZONE,
            "batch",
            path.with_suffix(".out"),
            Counter(dict.fromkeys(tables, 1)),
        )
        spent = _cpu() - began
    return Reading(read[form.table].rows_loaded, spent, peak_mb())


def _cpu() -> float:
    used = os.times()
    return used.user + used.system


if __name__ == "__main__":
    from rich.console import Console

    Console().print(measure(200_000))
