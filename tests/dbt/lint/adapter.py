"""dbt's `adapter` as sqlfluff sees it: a dispatched macro is one opaque call."""

from __future__ import annotations

from collections.abc import Callable


def dispatch(macro_name: str, macro_namespace: str | None = None) -> Callable[..., str]:
    """The macro that dbt would choose for an engine; here a call of its name."""
    return lambda *arguments: f"{macro_name}({len(arguments)})"
