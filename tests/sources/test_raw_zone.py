"""The raw zone: whole batches or none, no file read twice, damage detected and repaired.

Longer than the size budget: writing, reading again and repairing use the same landed files.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from malformed import CLAIM, CLAIM_HEADER, GOOD, Case, claim, client, contracts, lines

from sources import raw_writer
from sources.contract import Column, Contract
from sources.formats import delimited, result, structure
from sources.ingest import IngestReport, ingest
from sources.raw_writer import RawZoneLockedError
from sources.raw_zone import RawZone, RawZoneDamagedError

ZONE = "America/New_York"
CLAIMS = contracts(Case("", b"", source="claims"))
EHR = contracts(Case("", b""))
SEEN = dt.datetime(2025, 6, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def land(tmp_path: Path) -> Callable[..., Path]:
    """Write a file below landing/ and return its path."""

    def put(name: str, content: bytes) -> Path:
        path = tmp_path / "landing" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    return put


def run(tmp_path: Path, known: dict[str, Contract] = EHR, seen: dt.datetime = SEEN) -> IngestReport:
    return ingest(tmp_path / "landing", tmp_path / "raw", ZONE, seen, contracts=known)


def rows(
    zone: RawZone, source: str, table: str, as_of: dt.datetime | None = None
) -> list[tuple[object, ...]]:
    files = [str(path) for path in zone.files(source, table, as_of)]
    return duckdb.sql(f"select * from read_parquet({files}, union_by_name = true)").fetchall()


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_absent_sender_has_empty_tables_with_contract_types(tmp_path: Path) -> None:
    run(tmp_path)
    zone = RawZone(tmp_path / "raw", EHR)
    (only,) = zone.files("ehr", "client")
    described = duckdb.sql(f"describe select * from read_parquet('{only}')").fetchall()
    assert [(name, kind.lower()) for name, kind, *_ in described] == EHR["ehr"].tables[
        "client"
    ].typed_columns()
    assert rows(zone, "ehr", "client") == []
    assert zone.batches() == zone.deliveries() == []


def test_second_run_changes_no_byte(tmp_path: Path, land: Callable[..., Path]) -> None:
    land("ehr/2025-05-01/client.csv", lines(GOOD, client(sex="?")))
    land("ehr/client_late.csv", lines(client(client_id="C9")))
    land("ehr/2025-05-01/empty_client.txt", b"")
    run(tmp_path)
    before = contents(tmp_path / "raw")
    report = run(tmp_path, seen=SEEN + dt.timedelta(days=1))
    assert (report.n_unchanged, report.files) == (3, ())
    assert contents(tmp_path / "raw") == before


def test_same_bytes_are_a_new_delivery_of_the_same_batch(
    tmp_path: Path, land: Callable[..., Path]
) -> None:
    land("ehr/2025-05-01/client.csv", lines(GOOD))
    land("ehr/2025-05-03/client.csv", lines(GOOD))
    run(tmp_path)
    zone = RawZone(tmp_path / "raw", EHR)
    first, second = zone.deliveries()
    assert first.batch_id == second.batch_id
    assert [d.received_at.isoformat() for d in (first, second)] == [
        "2025-05-01T04:00:00+00:00",
        "2025-05-03T04:00:00+00:00",
    ]
    assert len(zone.batches()) == len(rows(zone, "ehr", "client")) == 1


def test_only_deliveries_up_to_as_of_count(tmp_path: Path, land: Callable[..., Path]) -> None:
    land("ehr/2025-05-01/client.csv", lines(GOOD))
    land(
        "ehr/2025-05-03/client.csv",
        lines(GOOD, client(client_id="C2"), client(client_id="C3", sex="?")),
    )
    run(tmp_path)
    zone = RawZone(tmp_path / "raw", EHR)
    counts = {}
    for day in (1, 2, 3):
        as_of = dt.datetime(2025, 5, day, 12, tzinfo=dt.UTC)
        counts[day] = (
            len(rows(zone, "ehr", "client", as_of)),
            len(list(zone.rejects(as_of))),
            len(zone.batches(as_of)),
        )
    assert counts == {1: (1, 0, 1), 2: (1, 0, 1), 3: (3, 1, 2)}
    assert (
        zone.files("ehr", "client", dt.datetime(2025, 4, 30, tzinfo=dt.UTC))
        == zone.files("ehr", "client")[:1]
    )


def test_undated_file_keeps_the_time_it_was_first_seen(
    tmp_path: Path, land: Callable[..., Path]
) -> None:
    path = land("ehr/client.csv", lines(GOOD))
    run(tmp_path)
    # A changed contract reads the file again, but received_at is kept.
    wider = replace(EHR["ehr"], description="x", tables=_with_column(EHR["ehr"], "shoe_size"))
    run(tmp_path, {"ehr": wider}, SEEN + dt.timedelta(days=3))
    (delivery,) = RawZone(tmp_path / "raw", {"ehr": wider}).deliveries()
    assert (delivery.received_at, delivery.is_dated) == (SEEN, False)
    assert any(
        "not in a dated folder" in notice for notice in RawZone(tmp_path / "raw", EHR).notices()
    )
    path.write_bytes(lines(GOOD, client(client_id="C2")))
    run(tmp_path, {"ehr": wider}, SEEN + dt.timedelta(days=4))
    (delivery,) = RawZone(tmp_path / "raw", {"ehr": wider}).deliveries()
    assert delivery.received_at == SEEN + dt.timedelta(days=4)


def _with_column(contract: Contract, name: str) -> dict[str, object]:
    table = contract.tables["client"]
    column = Column(name, "integer", "Size", is_required=False, is_value_required=False)
    return dict(contract.tables) | {"client": replace(table, columns=(*table.columns, column))}


def test_changed_contract_reads_old_files_again(tmp_path: Path, land: Callable[..., Path]) -> None:
    land("ehr/2025-05-01/client.csv", lines(GOOD + ",42", header=f"{_header()},shoe_size"))
    run(tmp_path)
    zone = RawZone(tmp_path / "raw", EHR)
    assert zone.notices() == ["ehr.client: ignored unknown columns shoe_size"]
    (old,) = zone.batches()
    wider = {"ehr": replace(EHR["ehr"], tables=_with_column(EHR["ehr"], "shoe_size"))}
    (file,) = run(tmp_path, wider).files
    assert (file.outcome, file.rows_loaded) == ("loaded", 1)
    zone = RawZone(tmp_path / "raw", wider)
    (new,) = zone.batches()
    assert new.batch_id != old.batch_id
    assert zone.notices() == []
    (row,) = rows(zone, "ehr", "client")
    assert 42 in row


def _header() -> str:
    return lines().decode().strip()


def test_changed_description_does_not_read_files_again() -> None:
    contract = EHR["ehr"]
    table = contract.tables["client"]
    renamed = replace(table, description="Other words. One row per client.")
    same = replace(
        contract, description="Other words", tables=dict(contract.tables) | {"client": renamed}
    )
    assert same.hash(ZONE) == contract.hash(ZONE)
    assert contract.hash("America/Chicago") != contract.hash(ZONE)


def test_refused_file_replaced_in_place_is_read(tmp_path: Path, land: Callable[..., Path]) -> None:
    path = land("ehr/2025-05-01/client.csv", lines(GOOD).replace(b",", b";"))
    assert run(tmp_path).files[0].reason_code == "wrong_delimiter"
    refused = RawZone(tmp_path / "raw", EHR).batches()[0]
    assert (refused.status, refused.table_name, refused.rows_in) == ("refused", "client", 0)
    assert "expected commas" in str(refused.detail)
    path.write_bytes(lines(GOOD))
    os.utime(path, ns=(1, 1))
    assert run(tmp_path).files[0].outcome == "loaded"
    assert [b.status for b in RawZone(tmp_path / "raw", EHR).batches()] == ["loaded"]


@pytest.mark.parametrize("step", ["typed", "rejects", "json", "ledger"])
def test_kill_at_any_step_leaves_no_partial_batch(
    tmp_path: Path, land: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    land("ehr/2025-05-01/client.csv", lines(GOOD, client(sex="?")))
    run(tmp_path)
    before_damage = contents(tmp_path / "raw")
    for name in before_damage:
        (tmp_path / "raw" / name).unlink()

    class Killed(BaseException):
        """Simulates kill -9: no code of the program may run after it."""

    replaced = Path.replace
    last = {"typed": ".parquet", "rejects": ".rejects.parquet", "json": ".json", "ledger": "never"}[
        step
    ]

    def die(source: Path, target: Path) -> None:
        replaced(source, target)
        if target.name.endswith(last) and not target.name.startswith("_empty"):
            raise Killed

    def die_at_ledger(*_: object, **__: object) -> None:
        raise Killed

    monkeypatch.setattr(Path, "replace", die)
    if step == "ledger":
        monkeypatch.setattr(raw_writer.RawWriter, "record_delivery", die_at_ledger)
    # A killed process does not clean up.
    monkeypatch.setattr(raw_writer.shutil, "rmtree", lambda *_, **__: None)
    with pytest.raises(Killed):
        run(tmp_path)
    zone = RawZone(tmp_path / "raw", EHR)
    assert zone.batches() == zone.deliveries() == list(zone.rejects()) == []
    assert len(zone.files("ehr", "client")) == 1
    monkeypatch.undo()
    run(tmp_path)
    assert contents(tmp_path / "raw") == before_damage


def test_incomplete_ledger_line_is_ignored(tmp_path: Path, land: Callable[..., Path]) -> None:
    land("ehr/2025-05-01/client.csv", lines(GOOD))
    run(tmp_path)
    before_damage = contents(tmp_path / "raw")
    ledger = tmp_path / "raw" / "ehr" / "_deliveries.jsonl"
    ledger.write_bytes(ledger.read_bytes()[:-9])
    assert RawZone(tmp_path / "raw", EHR).deliveries() == []
    assert run(tmp_path).files[0].outcome == "delivered_again"
    assert contents(tmp_path / "raw") == before_damage


def test_leftovers_of_a_killed_run_are_deleted(tmp_path: Path, land: Callable[..., Path]) -> None:
    land("ehr/2025-05-01/client.csv", lines(GOOD))
    run(tmp_path)
    before_damage = contents(tmp_path / "raw")
    for orphan in (
        "_tmp/x.parquet",
        "ehr/client/0123456789abcdef0123.parquet",
        "ehr/client/0123.rejects.parquet",
    ):
        path = tmp_path / "raw" / orphan
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"half")
    run(tmp_path)
    assert contents(tmp_path / "raw") == before_damage


def test_verify_detects_altered_and_missing_files(
    tmp_path: Path, land: Callable[..., Path]
) -> None:
    land("ehr/2025-05-01/client.csv", lines(GOOD))
    run(tmp_path)
    zone = RawZone(tmp_path / "raw", EHR)
    path = zone.files("ehr", "client")[1]
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    (damage,) = zone.verify()
    assert damage.path == path
    path.unlink()
    (damage,) = zone.verify()
    assert damage.found_sha256 is None


def _committed(raw: Path, kind: str) -> Path:
    """The only file of a kind after a run with one valid and one rejected row."""
    found = {
        "ledger": "ehr/_deliveries.jsonl",
        "record": "ehr/_batches/*.json",
        "typed": "ehr/client/[0-9a-f]*[0-9a-f].parquet",
        "rejects": "ehr/client/*.rejects.parquet",
    }
    (path,) = (p for p in raw.glob(found[kind]) if kind == "rejects" or ".rejects" not in p.name)
    return path


def _settled(raw: Path) -> dict[str, bytes | set[bytes]]:
    """File contents; a ledger as the set of its lines.

    A file that is read again is delivered again, which may repeat a line.
    """
    found: dict[str, bytes | set[bytes]] = {**contents(raw)}
    found["ehr/_deliveries.jsonl"] = set(
        (raw / "ehr" / "_deliveries.jsonl").read_bytes().splitlines()
    )
    return found


_DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "garbage": lambda content: b"\x00garbage\xff" + content[10:],
    "cut": lambda content: content[: len(content) // 2] + b"\n",
    "empty": lambda content: b"",
    "other json": lambda content: b"[1]\n",
}


@pytest.mark.parametrize("damage", _DAMAGE)
@pytest.mark.parametrize("kind", ["ledger", "record", "typed", "rejects"])
def test_damaged_file_is_read_again_from_landing(
    tmp_path: Path, land: Callable[..., Path], kind: str, damage: str
) -> None:
    land("ehr/2025-05-01/client.csv", lines(GOOD, client(sex="?")))
    run(tmp_path)
    before_damage = _settled(tmp_path / "raw")
    path = _committed(tmp_path / "raw", kind)
    path.write_bytes(_DAMAGE[damage](path.read_bytes()))
    RawZone(tmp_path / "raw", EHR).notices()  # must not raise
    report = run(tmp_path)
    assert _settled(tmp_path / "raw") == before_damage
    assert RawZone(tmp_path / "raw", EHR).damage() == []
    name = path.relative_to(tmp_path).as_posix()
    if not (
        kind == "ledger" and damage == "empty"
    ):  # an empty ledger looks like that of a new sender
        assert any(name in notice for notice in report.notices), report.notices


@pytest.mark.parametrize("kind", ["ledger", "record", "typed", "rejects"])
def test_damaged_file_missing_from_landing_is_reported_until_restored(
    tmp_path: Path, land: Callable[..., Path], kind: str
) -> None:
    landed = land("ehr/2025-05-01/client.csv", lines(GOOD, client(sex="?")))
    run(tmp_path)
    before_damage = contents(tmp_path / "raw")
    path = _committed(tmp_path / "raw", kind)
    intact = path.read_bytes()
    path.write_bytes(b"\x00garbage\n")
    content = landed.read_bytes()
    landed.unlink()
    for _ in range(2):  # the notice is repeated
        run(tmp_path)
        zone = RawZone(tmp_path / "raw", EHR)
        assert zone.batches() == zone.deliveries() == list(zone.rejects()) == []
        (notice,) = zone.damage()
        assert "client.csv" in notice
        assert "Put the file back into the landing folder and run again." in notice
        assert notice in zone.notices()
    if kind in ("typed", "rejects"):  # from a backup of the data folder
        path.write_bytes(intact)
        run(tmp_path)
        assert contents(tmp_path / "raw") == before_damage
        path.write_bytes(b"")
        run(tmp_path)
    land("ehr/2025-05-01/client.csv", content)
    run(tmp_path)
    assert RawZone(tmp_path / "raw", EHR).damage() == []
    assert len(RawZone(tmp_path / "raw", EHR).batches()) == 1


def test_damaged_ledger_line_does_not_affect_other_lines(
    tmp_path: Path, land: Callable[..., Path]
) -> None:
    for day in ("2025-05-01", "2025-05-02", "2025-05-03"):
        land(f"ehr/{day}/client.csv", lines(GOOD.replace("Ada", f"Ada{day[-1]}")))
    run(tmp_path)
    ledger = _committed(tmp_path / "raw", "ledger")
    first, second, third = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(first + second[:20] + b"\n" + third)
    zone = RawZone(tmp_path / "raw", EHR)
    assert len(zone.deliveries()) == 2
    assert any("_deliveries.jsonl line 2 is damaged" in notice for notice in zone.notices())
    assert [file.outcome for file in run(tmp_path).files] == ["delivered_again"]
    assert sorted(ledger.read_bytes().splitlines(keepends=True)) == sorted([first, second, third])


def test_damaged_zero_row_file_is_recreated(tmp_path: Path) -> None:
    run(tmp_path)
    (path,) = (tmp_path / "raw" / "ehr" / "client").glob("_empty-*.parquet")
    intact = path.read_bytes()
    path.write_bytes(b"PAR1")
    run(tmp_path)
    assert path.read_bytes() == intact


def test_unreadable_rejects_file_is_reported(tmp_path: Path, land: Callable[..., Path]) -> None:
    land("ehr/2025-05-01/client.csv", lines(GOOD, client(sex="?")))
    run(tmp_path)
    path = _committed(tmp_path / "raw", "rejects")
    path.write_bytes(b"garbage")
    zone = RawZone(tmp_path / "raw", EHR)
    with pytest.raises(RawZoneDamagedError, match=path.name):
        list(zone.rejects())
    named: list[str] = []
    assert list(zone.rejects(on_damage=named.append)) == []
    assert path.name in named[0]


def test_file_and_column_names_cannot_add_lines(tmp_path: Path, land: Callable[..., Path]) -> None:
    land("ehr/2025-05-01/client\n\x1b[2J.csv", lines(GOOD + ",42", header=f"{_header()},a\x1b[31m"))
    run(tmp_path)
    zone = RawZone(tmp_path / "raw", EHR)
    assert [delivery.path for delivery in zone.deliveries()] == [r"2025-05-01/client\n\x1b[2J.csv"]
    assert zone.notices() == [r"ehr.client: ignored unknown columns a\x1b[31m"]


def test_second_writer_is_locked_out(tmp_path: Path) -> None:
    run(tmp_path)
    with (tmp_path / "raw" / "_lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(RawZoneLockedError, match="another run"):
            run(tmp_path)


def test_files_with_different_columns_are_read_together(
    tmp_path: Path, land: Callable[..., Path]
) -> None:
    land("claims/2025-05-01/medical_claim.csv", lines(CLAIM, header=CLAIM_HEADER))
    wide = lines(
        claim(claim_id="K2") + ",F41.1,20.25",
        header=CLAIM_HEADER + ",diagnosis_code_2,charge_amount",
    )
    land("claims/2025-05-02/medical_claim.csv", wide)
    run(tmp_path, CLAIMS)
    zone = RawZone(tmp_path / "raw", CLAIMS)
    files = [str(path) for path in zone.files("claims", "medical_claim")]
    relation = duckdb.sql(f"select * from read_parquet({files}, union_by_name = true)")
    assert relation.columns == [
        name for name, _ in CLAIMS["claims"].tables["medical_claim"].typed_columns()
    ]
    assert [str(kind).lower() for kind in relation.types] == [
        kind for _, kind in CLAIMS["claims"].tables["medical_claim"].typed_columns()
    ]
    found = (
        relation.select("claim_id, diagnosis_code_2, charge_amount, _source_row")
        .order("claim_id")
        .fetchall()
    )
    assert [(k, d, None if c is None else str(c), n) for k, d, c, n in found] == [
        ("K1", None, None, 1),
        ("K2", "F41.1", "20.2500", 1),
    ]


def test_commit_record_describes_its_batch(tmp_path: Path, land: Callable[..., Path]) -> None:
    landed = land("ehr/2025-05-01/client.csv", lines(GOOD, client(sex="?")))
    run(tmp_path)
    (path,) = (tmp_path / "raw" / "ehr" / "_batches").iterdir()
    record = json.loads(path.read_text())
    assert path.stem == record["batch_id"]
    assert (record["file_name"], record["bytes"]) == ("client.csv", landed.stat().st_size)
    (part,) = record["parts"]
    assert (part["rows_in"], part["rows_loaded"], part["rows_rejected"]) == (2, 1, 1)
    assert [file["path"] for file in part["typed"]] == [f"ehr/client/{path.stem}.parquet"]


def test_large_file_is_split_into_parts_with_correct_record_numbers(
    tmp_path: Path, land: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delimited, "_SEGMENT_BYTES", 200)
    monkeypatch.setattr(result, "_FILE_ROWS", 1)
    monkeypatch.setattr(structure, "BLOCK_BYTES", 150)
    clients = [client(client_id=f"C{n}", sex="?" if n % 4 == 0 else "F") for n in range(1, 21)]
    land("ehr/2025-05-01/client.csv", lines(*clients))
    land("ehr/2025-05-02/client.csv", lines(*clients[:10], "short,record", *clients[10:]))
    land(
        "ehr/2025-05-03/client.csv",
        lines(*clients[:10], client(last_name='"two\nlines"'), *clients[10:]),
    )
    run(tmp_path)
    zone = RawZone(tmp_path / "raw", EHR)
    assert zone.verify() == []
    assert len(zone.files("ehr", "client")) > 10
    for delivery, extra in zip(zone.deliveries(), ({}, {11: "ragged_row"}, {}), strict=True):
        shift = 0 if delivery.path.startswith("2025-05-01") else 1
        numbers = [n if n <= 10 else n + shift for n in range(4, 21, 4)]
        found = {
            r.source_row: r.reason_code for r in zone.rejects() if r.batch_id == delivery.batch_id
        }
        assert found == dict.fromkeys(numbers, "value_not_allowed") | extra
        named = {
            (row[0], row[-1]) for row in rows(zone, "ehr", "client") if row[-2] == delivery.batch_id
        }
        assert {(f"C{n}", n if n <= 10 else n + shift) for n in range(1, 21) if n % 4} <= named
        assert len(named) == 15 + (delivery.path.startswith("2025-05-03"))
