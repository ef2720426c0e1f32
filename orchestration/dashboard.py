"""`caseload dashboard`: serves the current release with Streamlit on 127.0.0.1."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from orchestration.settings import Settings, UsageError

APP = Path(__file__).resolve().parent / "leaders_page.py"


def serve(settings: Settings, port: int) -> int:
    """Serve until stopped, without requests to other hosts.

    Raises:
        UsageError: there is no release yet.
    """
    current = settings.data / "published" / "current"
    if not (current / "manifest.json").exists():
        raise UsageError(f"No release yet in {settings.data}. Start with `caseload run`.")
    command = [
        sys.executable, "-m", "streamlit", "run", str(APP),
        "--server.address", "127.0.0.1", "--server.port", str(port),
        "--server.headless", "true", "--browser.gatherUsageStats", "false",
        "--server.fileWatcherType", "none", "--client.toolbarMode", "viewer",
    ]  # fmt: skip
    environment = {
        **os.environ,
        "CASELOAD_PUBLISHED": str(settings.data / "published"),
        "CASELOAD_TIME_ZONE": settings.time_zone,
    }
    try:
        return subprocess.run(command, env=environment, check=False).returncode
    except KeyboardInterrupt:
        return 0  # Ctrl-C is the normal way to stop the server
