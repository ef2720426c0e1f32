"""A small agency with invalid files and impossible rows, run once per session."""

from __future__ import annotations

import gzip
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from impossible_rows import ROWS, land

from tests.conftest import built_once, caseload

AS_OF = "2026-06-30"
_CLIENTS = 20
_HEADER = "client_id,first_name,last_name,birth_date,sex\n"
_GOOD = "Z{n},Ada,Example,1980-05-01,F\n"


def _write_invalid_files(folder: Path) -> None:
    ehr = folder / "ehr" / AS_OF
    ehr.mkdir(parents=True, exist_ok=True)

    def client(name: str, content: bytes) -> None:
        (ehr / f"client_{name}").write_bytes(content)

    good = "".join(_GOOD.format(n=n) for n in range(3))
    client("wrong_header.csv", b"person,first,last,dob\n1,A,B,1980-01-01\n")
    client("wrong_delimiter.csv", (_HEADER + good).replace(",", ";").encode())
    client("cut.csv.gz", gzip.compress((_HEADER + good * 500).encode())[:-40])
    client("latin1.csv", (_HEADER + "L1,Ren\xe9,Example,1980-05-01,M\n").encode("latin-1"))
    client(
        "nul.csv",
        (_HEADER + "N1,A\0da,Example,1980-05-01,F\n" + "N2,Ada,Example,1980-05-01,F\n").encode(),
    )
    client("bom.csv", b"\xef\xbb\xbf" + (_HEADER + "B1,Ada,Example,1980-05-01,F\n").encode())
    client(
        "ragged.csv",
        (_HEADER + "R1,Ada,Example,1980-05-01,F\nR2,Ada\nR3,Ada,Example,1980-05-01,F\n").encode(),
    )
    client(
        "date.csv",
        (_HEADER + "D1,Ada,Example,1980-02-30,F\nD2,Ada,Example,1980-02-28,F\n").encode(),
    )
    client("empty.csv", b"")
    valid = (_HEADER + "S1,Ada,Example,1980-05-01,F\n").encode()
    client("twice_a.csv", valid)
    client("twice_b.csv", valid)


@dataclass(frozen=True)
class SmallAgency:
    """Folders of the small agency: landing files, a copy without the impossible rows, data folder."""

    folder: Path

    @property
    def landing(self) -> Path:
        return self.folder / "landing"

    @property
    def landing_before(self) -> Path:
        return self.folder / "landing_before"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def seconds(self) -> dict[str, float]:
        """Wall seconds of each stage of the run."""
        record = (self.data / "logs" / "runs.jsonl").read_text().splitlines()[-1]
        return {stage["name"]: stage["wall_seconds"] for stage in json.loads(record)["stages"]}


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> SmallAgency:
    """The small agency after its run. Tests must not change it."""
    return SmallAgency(built_once(tmp_path_factory, "small", _build)[0])


def _build(folder: Path) -> str:
    agency = SmallAgency(folder)
    written = caseload("synthesize", "--clients", str(_CLIENTS), "--landing", agency.landing)
    assert written.returncode == 0, written.stderr
    _write_invalid_files(agency.landing)
    shutil.copytree(agency.landing, agency.landing_before)
    land(ROWS, agency.landing)
    (agency.landing / "clams").mkdir()
    (agency.landing / "client.csv").write_text("client_id\n")
    ended = caseload("run", "--landing", agency.landing, "--data", agency.data, "--as-of", AS_OF)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout
