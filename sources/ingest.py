"""Reads every new file of the landing folder into the raw zone; running it again changes nothing.

A file that was already read is recognized by its path, size, modification time and contract hash,
and is not opened again. A file that changed in place is read again, and its path then refers to
the new content. A changed contract reads every file again. Must not be here: file syntax
(formats/), storage (raw_writer.py), business rules (dbt).
Longer than the size budget: one loop decides about every file, and each outcome is reported where
it is decided.
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
from sources.formats.returned_list import AS_TYPED, is_saved_list, read_returned_lists
from sources.formats.structure import CsvScan
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
    unaccepted_format,
)
from sources.raw_writer import BatchPart, RawWriter
from sources.raw_zone import RawZone
from sources.reasons import FileRefusedError
from sources.returned_name import (
    collected_staff_id,
    is_chosen_by_people,
    shown_name,
    shown_path,
)

_ARCHIVES = (".gz", ".zip")
# (path, tables, zone, batch_id, out, first_rows) -> results by table; a file may fill no table.
_RecordReader = Callable[
    [Path, Mapping[str, Table], str, str, Path, Mapping[str, int]], dict[str, ReadTable]
]
RECORD_READERS: dict[str, _RecordReader] = {HL7V2: read_hl7v2, FHIR: read_fhir, X12: read_x12}
_FULL_DISK = (errno.ENOSPC, errno.EDQUOT)


class DiskFullError(Exception):
    """No space left for the raw zone; batches that were already committed are kept."""


@dataclass(frozen=True)
class FileReport:
    """The outcome for one landed file in this run.

    Attributes:
        path: `<source>/<path below it>`, without a file name that a person chose.
        outcome: loaded, refused, not_read (no table matches the name) or delivered_again (the
            same bytes were already read).
        reason_code, detail: why the file was refused, or None.
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
    """The outcome of one run.

    Attributes:
        files: landed files that are new or changed, in order of delivery.
        n_unchanged: number of files that earlier runs already handled.
        notices: files and folders that could not be read, and damage in the raw zone that was
            repaired.
    """

    files: tuple[FileReport, ...]
    n_unchanged: int
    notices: tuple[str, ...]


def ingest(
    landing: Path,
    raw: Path,
    zone: str,
    first_seen: dt.datetime,
    on_file: Callable[[int, int, str], None] | None = None,
    contracts: Mapping[str, Contract] | None = None,
) -> IngestReport:
    """Read the new files of the landing folder.

    Args:
        landing: the folder; it may be absent, and so may any sender's folder.
        raw: the raw zone's folder.
        zone: the agency's time zone, for delivery days and local timestamps.
        first_seen: received_at of new files outside a dated folder.
        on_file: called with (files done, files in total, path) after each file.
        contracts: senders to read; all senders by default.

    Raises:
        RawZoneLockedError: another process is writing the zone.
        DiskFullError: the disk is full; earlier files are kept and the next run reads the rest.
    """
    contracts = load_contracts() if contracts is None else contracts
    found = list_landed_files(Path(landing), contracts, zone)
    notices = found.notices(load_contracts(), contracts)
    reports: list[FileReport] = []
    n_unchanged = 0
    with RawWriter(Path(raw)) as writer:
        notices.extend(writer.repairs)
        ingester = _Ingester(writer, dict(contracts), zone, first_seen)
        ingester.prepare()
        for done, file in enumerate(found.files, 1):
            shown = ingester.shown(file)
            try:
                report = ingester.ingest_file(file)
            except OSError as error:
                if error.errno in _FULL_DISK:
                    raise DiskFullError(
                        f"no space left for {raw}: free disk space and run again; files already read are kept"
                    ) from error
                if error.filename is None or Path(error.filename) != file.path:
                    raise
                notices.append(
                    f"{shown}: not read: {error.strerror}; check its permissions and the disk"
                )
                report = None
            if report is None:
                n_unchanged += 1
            else:
                reports.append(report)
            if on_file is not None:
                on_file(done, len(found.files), shown)
    return IngestReport(tuple(reports), n_unchanged, tuple(notices))


class _Ingester:
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
        self.returned_by: str | None = None
        self.snapshot = RawZone(writer.path, contracts)

    def prepare(self) -> None:
        """Write the zero-row file of every table, so that the tables of absent senders exist."""
        for source, contract in self.contracts.items():
            for table in contract.tables:
                self.snapshot.files(source, table)

    def shown(self, file: LandedFile) -> str:
        """`<source>/<path below it>` for people."""
        contract = self.contracts[file.source]
        return f"{file.source}/{shown_path(file.name, contract, collected_staff_id(file.name))}"

    def ingest_file(self, file: LandedFile) -> FileReport | None:
        """Read one file; returns None if an earlier run already handled it."""
        entry = self.snapshot.ledger(file.source).get(file.name)
        if entry is not None and self._is_known(file, entry):
            return None
        contract = self.contracts[file.source]
        is_packed = file.name.casefold().endswith(_ARCHIVES)
        table = _named_table(file.name, contract)
        is_zip = file.name.casefold().endswith(".zip")
        if not (is_zip or is_readable(file.name, contract) or _is_notes(file.name)):
            self._record_delivery(file, entry, None)
            return FileReport(self.shown(file), "not_read")
        landed, scan = _inspect(file, contract, is_packed=is_packed)
        batch_id = self._batch_id(file.source, landed, None if is_zip else table)
        if self.writer.has(file.source, batch_id):
            self._record_delivery(file, entry, batch_id)
            return FileReport(self.shown(file), "delivered_again")
        parts: list[BatchPart] = []
        refusal = None
        self.returned_by = collected_staff_id(file.name)
        try:
            parts = self._read_landed(file, contract, batch_id, scan, is_packed=is_packed)
        except FileRefusedError as error:
            refusal = (error.code, error.detail)
        record = self.writer.commit(
            file.source,
            batch_id,
            landed,
            file_name=shown_name(file.name, contract, self.returned_by),
            table_name=table,
            contract_hash=self.hashes[file.source],
            parts=parts,
            refusal=refusal,
            returned_by=self.returned_by,
        )
        self._record_delivery(file, entry, batch_id)
        return _report(self.shown(file), record)

    def _is_known(self, file: LandedFile, entry: dict[str, Any]) -> bool:
        same_bytes = entry["size"] == file.size and entry["mtime_ns"] == file.mtime_ns
        batch_id = entry["batch_id"]
        if batch_id is not None and not self.writer.has(file.source, batch_id):
            return False  # damaged, and the landing folder still has the file
        return same_bytes and entry["contract_hash"] == self.hashes[file.source]

    def _batch_id(self, source: str, landed: Fingerprint, table: str | None) -> str:
        """A hash of source, table, content and contract.

        The table is included because two empty files of different tables have the same bytes.
        """
        parts = "\n".join((source, table or "", landed.sha256, self.hashes[source]))
        return hashlib.sha256(parts.encode()).hexdigest()[:20]

    def _read_landed(
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
            return self._read_file(plain, contract, batch_id, [])
        parts: list[BatchPart] = []
        for plain in unpack(file.path, Path(file.name).name, self.writer.temporary):
            if not (is_readable(plain.name, contract) or _is_notes(plain.name)):
                continue
            try:
                parts.extend(self._read_file(plain, contract, batch_id, parts))
            except FileRefusedError as error:
                # An archive is one delivery: one bad member refuses all of it.
                member = shown_name(plain.name, contract, None)
                raise FileRefusedError(error.code, f"member {member}: {error.detail}") from error
        if not parts:
            raise FileRefusedError(
                "archive_empty", "no member's name begins with a table of the contract"
            )
        return parts

    def _utf8_safe_path(self, path: Path) -> Path:
        """The path itself, or a symbolic link if it is not valid UTF-8, which Polars cannot open."""
        try:
            str(path).encode()
        except UnicodeEncodeError:
            link = self.writer.temporary / "landed"
            link.unlink(missing_ok=True)
            link.symlink_to(path.absolute())
            return link
        return path

    def _read_file(
        self, plain: PlainFile, contract: Contract, batch_id: str, earlier: list[BatchPart]
    ) -> list[BatchPart]:
        # A returned workbook is never refused for its name.
        if _is_notes(plain.name) and not is_chosen_by_people(plain.name, contract):
            raise FileRefusedError(
                "note_text",
                "the file name suggests clinical notes; expected a feed without note text",
            )
        kind = format_of(plain.name, contract)
        if kind is None or kind not in contract.formats:
            raise FileRefusedError("unknown_format", unaccepted_format(kind, contract))
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
        options = {
            "zone": self.zone, "batch_id": batch_id, "out": out, "first_row": first_rows[name],
        }  # fmt: skip
        try:
            if kind == PARQUET:
                return [BatchPart(name, read_isolated(read_parquet, plain.path, table, **options))]
            if kind == WORKBOOK or (
                WORKBOOK in contract.formats and is_saved_list(plain.path, table)
            ):
                return self._read_lists(plain.path, contract, batch_id, out, first_rows)
        except ReaderDiedError as error:
            code = "not_a_parquet" if kind == PARQUET else "not_a_workbook"
            detail = "the file is damaged: reading it crashed the reader process"
            raise FileRefusedError(code, detail) from error
        if kind == FIXED_WIDTH:
            return [BatchPart(name, read_fixed_width(plain.path, table, **options))]
        assert plain.scan is not None
        return [BatchPart(name, read_delimited(plain.path, plain.scan, table, **options))]

    def _read_lists(
        self,
        path: Path,
        contract: Contract,
        batch_id: str,
        out: Path,
        first_rows: Mapping[str, int],
    ) -> list[BatchPart]:
        """Read the lists of a returned workbook, and remember whose workbook it is."""
        tables = tuple(contract.tables.values())
        returned = read_isolated(read_returned_lists, path, tables, out, batch_id)
        self.returned_by = returned.staff_id or self.returned_by
        return [
            BatchPart(
                name,
                read_delimited(
                    rows,
                    scan_plain(rows)[1],
                    contract.tables[name],
                    zone=self.zone,
                    batch_id=batch_id,
                    out=out.with_name(f"{out.name}.{name}"),
                    first_row=first_rows[name],
                ),
            )
            for name, rows in returned.files.items()
        ]

    def _record_delivery(
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
    """The table that the file name gives, or None if the records themselves name it."""
    is_self_describing = format_of(file_name, contract) in SELF_DESCRIBING
    return None if is_self_describing else table_of(file_name, contract)


def _inspect(
    file: LandedFile, contract: Contract, *, is_packed: bool
) -> tuple[Fingerprint, CsvScan | None]:
    if not is_packed and format_of(file.name, contract) == DELIMITED:
        return scan_plain(file.path)
    return fingerprint(file.path), None


def _report(path: str, record: dict[str, Any]) -> FileReport:
    # The rows as they were typed are a copy.
    parts = [part for part in record["parts"] if part["table_name"] != AS_TYPED]
    return FileReport(
        path=path,
        outcome=record["status"],
        rows_in=sum(part["rows_in"] for part in parts),
        rows_loaded=sum(part["rows_loaded"] for part in parts),
        rows_rejected=sum(part["rows_rejected"] for part in parts),
        reason_code=record["reason_code"],
        detail=record["detail"],
    )
