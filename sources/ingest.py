"""Reads every new file of the landing folder into the raw zone. Done again, it changes nothing.

A file that was read is known by its path, size and time of change, by which contract, and is not opened again; one that
changed in place is read again, and its path then stands for the new content. A corrected contract reads old bytes anew.
What must not be here: syntax (formats/), storage (raw_writer.py), meaning (dbt).
"""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sources.archive import Fingerprint, PlainFile, fingerprint, scan_plain, unpack
from sources.contract import Contract, Table, load_contracts
from sources.formats.delimited import read_delimited
from sources.formats.fhir import read_fhir
from sources.formats.fixed_width import read_fixed_width
from sources.formats.hl7v2 import read_hl7v2
from sources.formats.isolated import ReaderDiedError, read_isolated
from sources.formats.parquet import read_parquet
from sources.formats.result import ReadTable
from sources.formats.structure import CsvScan
from sources.formats.workbook import workbook_to_csv
from sources.formats.x12 import read_x12
from sources.header import is_note_file
from sources.landing import (
    DELIMITED,
    FHIR,
    FIXED_WIDTH,
    HL7V2,
    PARQUET,
    SELF_DESCRIBING,
    WORKBOOK,
    X12,
    LandedFile,
    format_of,
    is_readable,
    list_landed_files,
    table_of,
)
from sources.raw_writer import BatchPart, RawWriter
from sources.raw_zone import RawZone
from sources.reasons import FileRefusedError

_ARCHIVES = (".gz", ".zip")
# (path, tables, zone, batch_id, out, first_rows) to what each table got; a file may fill none.
_RecordReader = Callable[
    [Path, Mapping[str, Table], str, str, Path, Mapping[str, int]], dict[str, ReadTable]
]
RECORD_READERS: dict[str, _RecordReader] = {HL7V2: read_hl7v2, FHIR: read_fhir, X12: read_x12}
_FULL_DISK = (errno.ENOSPC, errno.EDQUOT)


class DiskFullError(Exception):
    """No room for the raw zone; what was committed before stands."""


@dataclass(frozen=True)
class FileReport:
    """What became of one landed file in this call.

    Attributes:
        path: `<source>/<path below it>`.
        outcome: loaded, refused, not_read (no table of that name), delivered_again (bytes already read).
        reason_code, detail: of a refused file.
    """

    path: str
    outcome: str
    rows_in: int = 0
    rows_loaded: int = 0
    rows_rejected: int = 0
    reason_code: str | None = None
    detail: str | None = None


@dataclass(frozen=True)
class IngestReport:
    """What this call did.

    Attributes:
        files: landed files that were new or changed, in order of delivery.
        known: number of files that earlier calls had dealt with.
        notices: folders and files that could not be read, and damage of the raw zone that was found and repaired.
    """

    files: tuple[FileReport, ...]
    known: int
    notices: tuple[str, ...]


def ingest(
    landing: Path,
    raw: Path,
    zone: str,
    first_seen: dt.datetime,
    on_file: Callable[[int, int, str], None] | None = None,
    contracts: Mapping[str, Contract] | None = None,
) -> IngestReport:
    """Read what is new in the landing folder.

    Args:
        landing: the folder; absent senders are fine, and so is an absent folder.
        raw: the raw zone's folder.
        zone: the agency's zone: where delivery days start, and what local timestamps mean.
        first_seen: when a file without a dated folder counts as received.
        on_file: called with (done, all, path) after each file.
        contracts: senders to read; all by default.

    Raises:
        RawZoneLockedError: another process writes the zone.
        DiskFullError: the disk is full; earlier files stay, the rest is read by the next call.
    """
    contracts = load_contracts() if contracts is None else contracts
    found = list_landed_files(Path(landing), contracts, zone)
    notices = found.notices(load_contracts(), contracts)
    reports: list[FileReport] = []
    known = 0
    with RawWriter(Path(raw)) as writer:
        notices.extend(writer.repairs)
        reader = _Reader(writer, dict(contracts), zone, first_seen)
        reader.prepare()
        for done, file in enumerate(found.files, 1):
            try:
                report = reader.ingest_file(file)
            except OSError as error:
                if error.errno in _FULL_DISK:
                    raise DiskFullError(
                        f"no space left for {raw}: free some and run again; what was read stays"
                    ) from error
                if error.filename is None or Path(error.filename) != file.path:
                    raise
                notices.append(
                    f"{file.source}/{file.name}: not read: {error.strerror}; check permissions and disk"
                )
                report = None
            if report is None:
                known += 1
            else:
                reports.append(report)
            if on_file is not None:
                on_file(done, len(found.files), f"{file.source}/{file.name}")
    return IngestReport(tuple(reports), known, tuple(notices))


class _Reader:
    def __init__(
        self, writer: RawWriter, contracts: dict[str, Contract], zone: str, first_seen: dt.datetime
    ) -> None:
        self.writer, self.contracts, self.zone, self.first_seen = (
            writer,
            contracts,
            zone,
            first_seen,
        )
        self.hashes = {source: contract.hash(zone) for source, contract in contracts.items()}
        self.before = RawZone(writer.path, contracts)

    def prepare(self) -> None:
        """The zero-row files of every table, so that a sender that never delivered has its tables too."""
        for source, contract in self.contracts.items():
            for table in contract.tables:
                self.before.files(source, table)

    def ingest_file(self, file: LandedFile) -> FileReport | None:
        """Deal with one file; None where an earlier call did."""
        entry = self.before.ledger(file.source).get(file.name)
        if entry is not None and self._is_known(file, entry):
            return None
        contract = self.contracts[file.source]
        is_packed = file.name.casefold().endswith(_ARCHIVES)
        table = _named_table(file.name, contract)
        is_zip = file.name.casefold().endswith(".zip")
        if not (is_zip or is_readable(file.name, contract) or _is_notes(file.name)):
            self._deliver(file, entry, None)
            return FileReport(f"{file.source}/{file.name}", "not_read")
        landed, scan = _inspect(file, contract, is_packed=is_packed)
        batch_id = self._batch_id(file.source, landed, None if is_zip else table)
        if self.writer.has(file.source, batch_id):
            self._deliver(file, entry, batch_id)
            return FileReport(f"{file.source}/{file.name}", "delivered_again")
        parts: list[BatchPart] = []
        refusal = None
        try:
            parts = self._read(file, contract, batch_id, scan, is_packed=is_packed)
        except FileRefusedError as error:
            refusal = (error.code, error.detail)
        record = self.writer.commit(
            file.source,
            batch_id,
            landed,
            file_name=Path(file.name).name,
            table_name=table,
            contract_hash=self.hashes[file.source],
            parts=parts,
            refusal=refusal,
        )
        self._deliver(file, entry, batch_id)
        return _report(file, record)

    def _is_known(self, file: LandedFile, entry: dict[str, Any]) -> bool:
        same_bytes = entry["size"] == file.size and entry["mtime_ns"] == file.mtime_ns
        batch_id = entry["batch_id"]
        if batch_id is not None and not self.writer.has(file.source, batch_id):
            return False  # damaged: landing still holds the bytes
        return same_bytes and entry["contract_hash"] == self.hashes[file.source]

    def _batch_id(self, source: str, landed: Fingerprint, table: str | None) -> str:
        """Of source, content and contract; of the table too, since two empty files of two tables have the same bytes."""
        parts = "\n".join((source, table or "", landed.sha256, self.hashes[source]))
        return hashlib.sha256(parts.encode()).hexdigest()[:20]

    def _read(
        self,
        file: LandedFile,
        contract: Contract,
        batch_id: str,
        scan: CsvScan | None,
        *,
        is_packed: bool,
    ) -> list[BatchPart]:
        if not is_packed:
            plain = PlainFile(Path(file.name).name, self._utf8_safe_path(file.path), scan)
            return self._read_one(plain, contract, batch_id, [])
        parts: list[BatchPart] = []
        for plain in unpack(file.path, Path(file.name).name, self.writer.temporary):
            if not (is_readable(plain.name, contract) or _is_notes(plain.name)):
                continue
            try:
                parts.extend(self._read_one(plain, contract, batch_id, parts))
            except FileRefusedError as error:
                # An archive is one delivery: it counts whole, or not at all.
                raise FileRefusedError(
                    error.code, f"member {Path(plain.name).name}: {error.detail}"
                ) from error
        if not parts:
            raise FileRefusedError(
                "archive_empty", "no member is named after a table of the contract"
            )
        return parts

    def _utf8_safe_path(self, path: Path) -> Path:
        """The same file; by a link, where its path is no UTF-8, which Polars takes alone."""
        try:
            str(path).encode()
        except UnicodeEncodeError:
            link = self.writer.temporary / "landed"
            link.unlink(missing_ok=True)
            link.symlink_to(path.absolute())
            return link
        return path

    def _read_one(
        self, plain: PlainFile, contract: Contract, batch_id: str, earlier: list[BatchPart]
    ) -> list[BatchPart]:
        if _is_notes(plain.name):
            raise FileRefusedError(
                "note_text", "the file's name says notes; expected no text of notes in any feed"
            )
        kind = format_of(plain.name, contract)
        if kind is None or kind not in contract.formats:
            raise FileRefusedError(
                "unknown_format", f"its extension; expected one of {', '.join(contract.formats)}"
            )
        out = self.writer.temporary / f"{batch_id}-{len(earlier) + 1}"
        first_rows = Counter(dict.fromkeys(contract.tables, 1))
        for part in earlier:
            first_rows[part.table_name] += part.read.rows_in
        if kind in RECORD_READERS:
            read = RECORD_READERS[kind](
                plain.path, contract.record_tables, self.zone, batch_id, out, first_rows
            )
            return [BatchPart(name, table) for name, table in read.items()]
        name = table_of(plain.name, contract)
        assert name is not None
        table = contract.tables[name]
        place = {
            "zone": self.zone, "batch_id": batch_id, "out": out, "first_row": first_rows[name],
        }  # fmt: skip
        if kind == PARQUET:
            try:
                return [BatchPart(name, read_isolated(read_parquet, plain.path, table, **place))]
            except ReaderDiedError as error:
                raise FileRefusedError(
                    "not_a_parquet", "so damaged that it ended its reader"
                ) from error
        if kind == FIXED_WIDTH:
            return [BatchPart(name, read_fixed_width(plain.path, table, **place))]
        if kind == WORKBOOK:
            returned = out.with_name(f"{out.name}.returned.csv")
            workbook_to_csv(plain.path, table, returned)
            plain = PlainFile(plain.name, returned, scan_plain(returned)[1])
        assert plain.scan is not None
        return [BatchPart(name, read_delimited(plain.path, plain.scan, table, **place))]

    def _deliver(
        self, file: LandedFile, entry: dict[str, Any] | None, batch_id: str | None
    ) -> None:
        received, is_dated = file.received_at, file.received_at is not None
        if received is None:
            is_same = (
                entry is not None
                and entry["size"] == file.size
                and entry["mtime_ns"] == file.mtime_ns
            )
            received = (
                dt.datetime.fromisoformat(entry["received_at"])
                if entry and is_same
                else self.first_seen
            )
        self.writer.record_delivery(
            file.source,
            file.name,
            batch_id=batch_id,
            received_at=received,
            is_dated=is_dated,
            size=file.size,
            mtime_ns=file.mtime_ns,
            contract_hash=self.hashes[file.source],
        )


def _is_notes(file_name: str) -> bool:
    return is_note_file(Path(file_name).name)


def _named_table(file_name: str, contract: Contract) -> str | None:
    """The table that the name tells; none where the records do."""
    is_self_describing = format_of(file_name, contract) in SELF_DESCRIBING
    return None if is_self_describing else table_of(file_name, contract)


def _inspect(
    file: LandedFile, contract: Contract, *, is_packed: bool
) -> tuple[Fingerprint, CsvScan | None]:
    if not is_packed and format_of(file.name, contract) == DELIMITED:
        return scan_plain(file.path)
    return fingerprint(file.path), None


def _report(file: LandedFile, record: dict[str, Any]) -> FileReport:
    parts = record["parts"]
    return FileReport(
        path=f"{file.source}/{file.name}",
        outcome=record["status"],
        rows_in=sum(part["rows_in"] for part in parts),
        rows_loaded=sum(part["rows_loaded"] for part in parts),
        rows_rejected=sum(part["rows_rejected"] for part in parts),
        reason_code=record["reason_code"],
        detail=record["detail"],
    )
