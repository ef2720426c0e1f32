"""A synthetic agency whose senders deliver every morning, and whose care managers call by themselves."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from synthetic.agency import synthesize


@dataclass(frozen=True)
class Agency:
    """An agency's deliveries, of which only those received so far have landed.

    Attributes:
        future: all deliveries.
        landing: the deliveries up to a day.
        first: the first day.
        last: the last day.
    """

    future: Path
    landing: Path
    first: date
    last: date

    def deliver(self, day: date) -> None:
        """Land what the senders deliver up to a day."""
        for folder in sorted(self.future.glob("*/*")):
            if folder.name <= day.isoformat():
                target = self.landing / folder.parent.name / folder.name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(folder, target)


def make_agency(folder: Path, clients: int, seed: int, days: int, last: date) -> Agency:
    """Generate the deliveries; the contact log ends before the first day.

    Args:
        folder: an empty folder.
        clients: number of clients.
        seed: seed of the agency.
        days: number of simulated days, with a delivery each.
        last: the last of them.
    """
    future = folder / "future"
    first = last - timedelta(days=days - 1)
    synthesize(future, clients, seed=seed, end=last, daily_days=days)
    for delivered in (future / "outreach_log").iterdir():
        if delivered.name > first.isoformat():
            shutil.rmtree(delivered)
    return Agency(future, folder / "landing", first, last)
