"""The agency's settings: folders, time zone, limits, keys.

Sources in order of precedence: command arguments, environment variables `CASELOAD_*`,
`caseload.toml` in the working folder, defaults (which work for the demo). Other packages receive
settings as values and never read the environment.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

FILE = "caseload.toml"
_PREFIX = "CASELOAD_"
_FIRST_YEAR, _LAST_YEAR = 1900, 2200
# Set by `caseload dashboard` for the server that it starts.
_DASHBOARD_SETTINGS = ("PUBLISHED",)
_EXPECTED = {
    "landing": "a folder such as landing",
    "data": "a folder such as data",
    "time_zone": "an IANA time zone such as America/New_York",
    "organization_id": "a text such as agency",
    "state": "a two-letter code such as NY",
    "memory_limit": "an amount of memory such as 500MB",
    "threads": "a whole number of at least 1",
    "recipient_keys": 'a table of age public keys by recipient, such as {supervisors = "age1..."}',
    "enabled_senders": 'a list of senders, such as ["ehr", "adt"]',
    "run_wait_seconds": "a whole number of seconds, 0 or more",
    "return_folder": "a folder such as /srv/caseload/return",
    "fhir_tasks": "true or false",
}
_SENDER_FOLDERS = Path(__file__).resolve().parent.parent / "sources"


class UsageError(Exception):
    """A wrong argument, setting or folder; the message says what was expected."""


class _UnknownSenderError(ValueError):
    """An unknown sender; the message is shown unchanged."""


class Settings(BaseSettings):
    """The agency's settings.

    Attributes:
        landing: folder of the senders' files (`<source>/<YYYY-MM-DD>/<table>….csv`).
        data: folder for the raw zone, the warehouse, the releases and the logs.
        time_zone: IANA name of the agency's time zone, which defines local dates and times.
        organization_id: the agency's recipient id in consent rows of type `organization`.
        state: two-letter code; selects the state holidays of the business calendar.
        memory_limit: DuckDB's memory limit, such as 500MB.
        threads: number of DuckDB and Polars threads.
        recipient_keys: age public keys by recipient: a staff_id, `supervisors` for the full list,
            or `record_system` for FHIR Tasks.
        enabled_senders: senders to read; empty reads all senders. Only senders named here are
            reported as missing.
        run_wait_seconds: how long a run waits for another run on the same data folder.
        return_folder: folder where care managers and supervisors return their workbooks, with
            subfolders by staff_id if wanted; each run collects new ones. Empty for none.
        fhir_tasks: whether a release also has the open tasks of the lists as FHIR R4 Tasks, for
            record systems that take them.
    """

    model_config = SettingsConfigDict(env_prefix=_PREFIX, toml_file=FILE, extra="forbid")

    landing: Path = Path("landing")
    data: Path = Path("data")
    time_zone: str = "America/New_York"
    organization_id: str = "agency"
    state: str = Field(default="NY", pattern="^[A-Z]{2}$")
    memory_limit: str = Field(default="500MB", pattern=r"(?i)^\d+(\.\d+)? ?([KMGT]i?B)$")
    threads: int = Field(default=2, ge=1)
    recipient_keys: dict[str, str] = {}
    enabled_senders: list[str] = []
    run_wait_seconds: int = Field(default=60, ge=0)
    return_folder: Path | None = None
    fhir_tasks: bool = False

    @field_validator("return_folder", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return value or None

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("unknown time zone") from error
        return name

    @field_validator("enabled_senders")
    @classmethod
    def _known_senders(cls, names: list[str]) -> list[str]:
        known = sorted(path.parent.name for path in _SENDER_FOLDERS.glob("*/contract.yml"))
        for name in names:
            if name not in known:
                raise _UnknownSenderError(
                    f"enabled_senders has an unknown sender {_quoted(name)}{_suggestion(name, known)}"
                )
        return names

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic passes it
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic passes it
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources: arguments, environment, `caseload.toml`."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def zone(self) -> ZoneInfo:
        """The agency's time zone."""
        return ZoneInfo(self.time_zone)


def load(chosen: Mapping[str, Any]) -> Settings:
    """Load the agency's settings.

    Args:
        chosen: settings given as command arguments.

    Raises:
        UsageError: a setting is unknown or invalid; the message says where it is set and what was
            expected.
    """
    _check_environment()
    try:
        return Settings(**chosen)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{FILE}: not valid TOML: {error}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{FILE}: not UTF-8 text: save the file as UTF-8") from error
    except SettingsError as error:
        # Lists and tables in environment variables are JSON.
        found = re.search(r'field "(\w+)"', str(error))
        name = found.group(1) if found else "a setting"
        raise UsageError(f"{_PREFIX}{name.upper()} must be JSON: {_EXPECTED.get(name)}") from error
    except ValidationError as error:
        raise UsageError("; ".join(_validation_messages(error, chosen))) from error


def _check_environment() -> None:
    known = [*Settings.model_fields, *(name.lower() for name in _DASHBOARD_SETTINGS)]
    for variable in sorted(os.environ):
        name = variable.removeprefix(_PREFIX).lower()
        if variable.startswith(_PREFIX) and name not in known:
            close = _suggestion(name, Settings.model_fields, lambda match: _PREFIX + match.upper())
            raise UsageError(f"environment: unknown setting {_quoted(variable)}{close}")


def _validation_messages(error: ValidationError, chosen: Mapping[str, Any]) -> list[str]:
    texts = []
    for problem in error.errors():
        name = str(problem["loc"][0])
        if problem["type"] == "extra_forbidden":
            close = _suggestion(name, Settings.model_fields)
            texts.append(f"{FILE}: unknown setting {_quoted(name)}{close}")
            continue
        variable = _PREFIX + name.upper()
        if name in chosen:
            where = f"--{name.replace('_', '-')}"
        elif any(name_set.upper() == variable for name_set in os.environ):
            where = f"environment: {variable}"
        else:
            where = f"{FILE}: {name}"
        cause = problem.get("ctx", {}).get("error")
        if isinstance(cause, _UnknownSenderError):
            texts.append(f"{where.removesuffix(name).removesuffix(': ')}: {cause}")
        else:
            texts.append(f"{where} must be {_EXPECTED[name]}")
    return list(dict.fromkeys(texts))


def _quoted(name: str) -> str:
    return f'"{name}"'


def _suggestion(name: str, known: Iterable[str], write: Callable[[str], str] = str) -> str:
    close = difflib.get_close_matches(name, list(known), n=1)
    return f" (did you mean {_quoted(write(close[0]))}?)" if close else ""


def resolve_as_of(text: str | None, zone: ZoneInfo) -> datetime:
    """Parse `as_of`.

    Args:
        text: a timestamp with offset, or a date, which means 23:59:59 of that day in `zone`; None
            means now.
        zone: the agency's time zone.

    Returns:
        `as_of` in UTC, in whole seconds.

    Raises:
        UsageError: the text is neither a timestamp with offset nor a date.
    """
    if text is None:
        return datetime.now(UTC).replace(microsecond=0)
    expected = "expected a date (2026-06-30) or a timestamp with offset (2026-06-30T07:00:00-04:00)"
    try:
        if len(text) == len("2026-06-30"):
            day = date.fromisoformat(text)
            _check_year(day)
            return datetime.combine(day, time(23, 59, 59), zone).astimezone(UTC)
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is None:
            raise UsageError(f"--as-of {text!r} has no UTC offset: {expected}")
        _check_year(instant)
        return instant.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"--as-of {text!r}: {expected}") from error


def _check_year(day: date) -> None:
    """Reject years outside the calendars and age calculations as typing errors."""
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise ValueError("year out of range")
