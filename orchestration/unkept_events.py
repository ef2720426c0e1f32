"""The Dagster instance of a run that ends with its process: events are acted on, and kept nowhere.

Some two thousand events tell of a run. `caseload run` keeps what its users ask for in its own record (`run_record`); an event
log in memory that nobody can read afterwards would cost a sixth of a small run. `dagster dev` and a scheduled run have the
agency's instance, which keeps everything.
"""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg
from dagster._core.instance.types import InstanceType
from dagster._core.launcher.sync_in_memory_run_launcher import SyncInMemoryRunLauncher
from dagster._core.run_coordinator import DefaultRunCoordinator
from dagster._core.storage.event_log import InMemoryEventLogStorage
from dagster._core.storage.event_log.base import AssetRecord
from dagster._core.storage.noop_compute_log_manager import NoOpComputeLogManager
from dagster._core.storage.root import TemporaryLocalArtifactStorage
from dagster._core.storage.runs import InMemoryRunStorage


class UnkeptEvents(InMemoryEventLogStorage):
    """An event log without events."""

    def store_event(self, event: dg.EventLogEntry) -> None:
        """Keep nothing."""

    def get_asset_records(
        self,
        asset_keys: Sequence[dg.AssetKey] | None = None,  # noqa: ARG002 - Dagster passes it
    ) -> Sequence[AssetRecord]:
        """None, and none worth a query: each asset asks for those of all its inputs."""
        return []

    @property
    def asset_records_have_last_observation(self) -> bool:
        """Whether what `get_asset_records` does not tell need not be looked for elsewhere."""
        return True


def instance() -> dg.DagsterInstance:
    """`DagsterInstance.ephemeral()` but for its event log; a context manager."""
    return dg.DagsterInstance(
        instance_type=InstanceType.EPHEMERAL,
        local_artifact_storage=TemporaryLocalArtifactStorage(),
        run_storage=InMemoryRunStorage(),
        event_storage=UnkeptEvents(),
        compute_log_manager=NoOpComputeLogManager(),
        run_coordinator=DefaultRunCoordinator(),
        run_launcher=SyncInMemoryRunLauncher(),
    )
