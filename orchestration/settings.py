"""What an agency sets: folders, zone, limits, keys. Read here once, passed down as values.

Sources, first wins: the command's own arguments, environment variables `CASELOAD_*`, `caseload.toml` in the working
folder, the defaults below (which suit the demo). No other room reads the environment.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)


class UsageError(Exception):
    """The user asked for something that cannot be; the text says what was expected."""


class Settings(BaseSettings):
    """The agency's settings.

    Attributes:
        landing: folder in which senders' files land (`<source>/<YYYY-MM-DD>/<table>….csv`).
        data: folder of the raw zone, the warehouse, the releases and the logs.
        time_zone: IANA name of the agency's zone; local days and times are days and times there.
        organization_id: the agency as recipient in consent rows of type `organization`.
        state: two letters; chooses the state holidays of the business calendar.
        memory_limit: DuckDB's memory limit, in DuckDB's words.
        threads: DuckDB and Polars threads.
        recipient_keys: age public keys by recipient (a staff_id, or `supervisors` for the whole list).
        enabled_senders: senders to read; empty means every sender that has a contract.
    """

    model_config = SettingsConfigDict(
        env_prefix="CASELOAD_", toml_file="caseload.toml", extra="forbid"
    )

    landing: Path = Path("landing")
    data: Path = Path("data")
    time_zone: str = "America/New_York"
    organization_id: str = "agency"
    state: str = Field(default="NY", pattern="^[A-Z]{2}$")
    memory_limit: str = "350MB"
    threads: int = Field(default=2, ge=1)
    recipient_keys: dict[str, str] = {}
    enabled_senders: list[str] = []

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(
                f"{name!r} is no IANA time zone; expected a name such as America/New_York"
            ) from error
        return name

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic passes it
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic passes it
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then environment, then `caseload.toml`."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def zone(self) -> ZoneInfo:
        """The agency's zone."""
        return ZoneInfo(self.time_zone)


def resolve_as_of(text: str | None, zone: ZoneInfo) -> datetime:
    """The instant at which the warehouse is to stand.

    Args:
        text: a timestamp with zone, or a date, which means the end (23:59:59) of that day in `zone`; None means now.
        zone: the agency's zone.

    Returns:
        The instant in UTC, whole seconds.

    Raises:
        UsageError: the text is neither.
    """
    if text is None:
        return datetime.now(UTC).replace(microsecond=0)
    expected = "expected a date (2026-06-30) or a timestamp with zone (2026-06-30T07:00:00-04:00)"
    try:
        if len(text) == len("2026-06-30"):
            day = date.fromisoformat(text)
            return datetime.combine(day, time(23, 59, 59), zone).astimezone(UTC)
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--as-of {text!r}: {expected}") from error
    if instant.tzinfo is None:
        raise UsageError(f"--as-of {text!r} has no zone: {expected}")
    return instant.astimezone(UTC).replace(microsecond=0)
