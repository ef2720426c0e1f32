"""Dependencies: imports are declared, declared packages are used, private modules are not."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ROOMS = {path.parent.name for path in ROOT.glob("*/__init__.py")} | {"tests"}
# Packages used without an import: commands, plugins, build tools.
NOT_IMPORTED = {
    "dagster-dg-cli": "the `dg` command",
    "dagster-webserver": "`dagster dev`",
    "duckdb-sqlalchemy": "the SQLAlchemy dialect of expectations/duckdb_source.py",
    "import-linter": "`make lint`",
    "pytest-xdist": "`make test`",
    "ruff": "`make lint`",
    "setuptools": "the build backend",
    "sqlfluff": "`make lint`",
}


def _files() -> list[Path]:
    return [
        path
        for path in sorted(ROOT.rglob("*.py"))
        if path.relative_to(ROOT).parts[0] in ROOMS and "target" not in path.parts
    ]


def _imports(source: str) -> Iterator[str]:
    """Yield full names of imports: `a.b` for `import a.b`, `a.b.c` for `from a.b import c`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _is_ours(name: str) -> bool:
    # Tests also import modules of their own folder.
    test_modules = {path.stem for path in ROOT.glob("tests/*/*.py")}
    return name.partition(".")[0] in ROOMS | test_modules | set(sys.stdlib_module_names)


def private_imports(source: str) -> list[str]:
    """Return imports of private modules and private names of other projects."""
    return [
        name
        for name in _imports(source)
        if not _is_ours(name) and any(re.match(r"_(?!_)", part) for part in name.split("."))
    ]


def _distribution(requirement: str) -> str:
    name = re.split(r"[<>=!~\[; ]", requirement, maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


def _declared(*groups: list[str]) -> set[str]:
    return {_distribution(requirement) for group in groups for requirement in group}


def _imported(files: list[Path]) -> dict[str, set[str]]:
    """Map distributions to the files that import from them."""
    owners = packages_distributions()
    found: dict[str, set[str]] = {}
    for path in files:
        for name in _imports(path.read_text(encoding="utf-8")):
            top = name.partition(".")[0]
            if not _is_ours(name):
                key = "|".join(sorted({_distribution(owner) for owner in owners.get(top, [top])}))
                found.setdefault(key, set()).add(str(path.relative_to(ROOT)))
    return found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from dagster._core.instance import types", ["dagster._core.instance.types"]),
        ("import splink.internals._x", ["splink.internals._x"]),
        ("from dagster import _check", ["dagster._check"]),
        ("from dagster import AssetKey\nimport dbt.cli.main", []),
        ("from __future__ import annotations\nfrom tests import _ours", []),
    ],
)
def test_private_imports_are_found(source: str, found: list[str]) -> None:
    assert private_imports(source) == found


def test_no_private_module_of_a_dependency_is_imported() -> None:
    found = {
        str(path.relative_to(ROOT)): names
        for path in _files()
        if (names := private_imports(path.read_text(encoding="utf-8")))
    }
    assert found == {}


def test_no_use_of_a_private_attribute_is_ignored() -> None:
    """Ruff's SLF001 reports private attributes of other objects; only tests may ignore it."""
    ignored = [
        str(path.relative_to(ROOT))
        for path in _files()
        if path.relative_to(ROOT).parts[0] != "tests" and "SLF001" in path.read_text("utf-8")
    ]
    assert ignored == []


def test_dagster_yaml_names_no_private_module() -> None:
    assert "._" not in (ROOT / "dagster.yaml").read_text(encoding="utf-8")


def test_imports_are_declared() -> None:
    runtime = _declared(PROJECT["dependencies"])
    development = runtime | _declared(PROJECT["optional-dependencies"]["dev"])
    product = [path for path in _files() if path.relative_to(ROOT).parts[0] != "tests"]
    for files, declared in ((product, runtime), (_files(), development)):
        undeclared = {
            owners: sorted(where)
            for owners, where in _imported(files).items()
            if not set(owners.split("|")) & declared
        }
        assert undeclared == {}


def test_declared_packages_are_used() -> None:
    declared = _declared(PROJECT["dependencies"], PROJECT["optional-dependencies"]["dev"])
    imported = {owner for owners in _imported(_files()) for owner in owners.split("|")}
    assert declared - imported == set(NOT_IMPORTED)


def test_lock_file_has_every_declared_package() -> None:
    declared = _declared(PROJECT["dependencies"], PROJECT["optional-dependencies"]["dev"])
    locked = set(
        re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text("utf-8"), re.M)
    )
    assert declared <= locked
