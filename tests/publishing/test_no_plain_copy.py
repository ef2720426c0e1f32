"""Encrypted files leave no readable copy, not even in a temporary file of a killed run."""

from __future__ import annotations

import tempfile
from pathlib import Path

import duckdb
import pyrage
import pytest
from sample_exports import AS_OF, ZONE, make_exports

from publishing import outreach_list, workbook
from publishing.encryption import SUPERVISORS, parse_recipients
from publishing.release import Release

_MANY = 1_001  # more than a workbook that is written through temporary files


def _fail(*_: object, **__: object) -> None:
    raise AssertionError("a named temporary file was created")


def test_large_encrypted_files_need_no_named_temporary_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = make_exports(
        duckdb.connect(),
        tuple(
            {"client_id": f"C{n}", "care_manager_id": "cm.1", "rank": n + 1} for n in range(_MANY)
        ),
    )
    public = str(pyrage.x25519.Identity.generate().to_public())
    keys = parse_recipients({"cm.1": public, "CM_2": public, SUPERVISORS: public})
    with Release(tmp_path, AS_OF) as release:
        monkeypatch.setattr(tempfile, "mkstemp", _fail)
        monkeypatch.setattr(tempfile, "NamedTemporaryFile", _fail)
        workbook.write(connection, release, ZONE, (), keys)
        outreach_list.write(connection, release, ZONE, keys[SUPERVISORS])
        written = sorted(path.name for path in release.directory.rglob("*") if path.is_file())
        assert {"cm.1.xlsx.age", "outreach_list.csv.age"} <= set(written)
        assert all(name.endswith(".age") for name in written)
        for path in release.directory.rglob("*.age"):
            assert b"Rivera" not in path.read_bytes()
            assert path.read_bytes().startswith(b"age-encryption.org/v1")
        with pytest.raises(AssertionError, match="named temporary file"):
            workbook.write(connection, release, ZONE, ())  # the same workbook, not encrypted
