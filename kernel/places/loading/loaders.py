"""Loading a region: check every row of its folder, write all of it or nothing, lay out its days.

Each house registers its loaders from AppConfig.ready(). ``check`` reads the folder and touches no
table; ``write`` runs only when no loader found anything wrong, in one transaction with all others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from kernel.errors import Refusal
from kernel.places.loading.folders import Folder, RegionFacts
from kernel.places.loading.merging import Tally
from kernel.places.loading.sheets import Problem
from kernel.places.models import Region


class BadRegionData(Refusal):
    """The folder does not hold; nothing was written. ``problems`` has every bad row."""

    code = "bad_region_data"
    message = _("The region was not loaded: %(count)s mistakes in its files.")

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(count=len(problems))
        self.problems = tuple(problems)


class Loader(Protocol):
    """What a house implements to have its tables loaded and its days laid out."""

    name: str

    def check(self, folder: Folder, facts: RegionFacts) -> Any:
        """Read the house's files of ``folder``, noting every problem; return the parsed rows."""

    def write(self, parsed: Any, *, region: Region, at: datetime) -> Sequence[Tally]:
        """Write what ``check`` returned. Idempotent; keeps what operators edited or confirmed."""

    def extend(self, *, region: Region, until: date, at: datetime) -> int:
        """Lay out what is sold per day, ``until`` included; return rows made. Idempotent."""

    def horizon(self, *, region: Region) -> date | None:
        """The last day up to which everything on sale is laid out; None: nothing is sold by day."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading did."""

    region: Region
    tallies: tuple[Tally, ...]
    days_made: int


_loaders: list[tuple[int, Loader]] = []


def register(order: int, loader: Loader) -> None:
    """Add a loader; lower ``order`` is checked and written first (places 10, houses from 20 on)."""
    if any(known.name == loader.name for _order, known in _loaders):
        raise ValueError(f"loader {loader.name!r} is registered twice")
    _loaders.append((order, loader))
    _loaders.sort(key=lambda entry: entry[0])


def list_all() -> list[Loader]:
    """Every registered loader, in the order they run."""
    return [loader for _order, loader in _loaders]


def load(
    slug: str,
    *,
    path: Path,
    days: int,
    at: datetime,
    tell: Callable[[str], None] = lambda _words: None,
) -> Loaded:
    """Load the region ``slug`` from the folder ``path`` and lay out its next ``days`` days.

    Runs again without harm: rows that nobody touched follow the files, edited and confirmed ones
    stay, the region row itself is written once. ``tell`` gets one line of progress a step.

    :raises BadRegionData: some rows are bad; all of them are in it and nothing was changed.
    """
    folder = Folder(path)
    facts = folder.region(slug)
    parsed = _check(folder, facts, tell) if facts else []
    if facts is None or folder.problems:
        raise BadRegionData(folder.problems)
    tallies: list[Tally] = []
    with transaction.atomic(durable=True):
        region = _region(facts)
        for loader, rows in zip(list_all(), parsed, strict=True):
            written = loader.write(rows, region=region, at=at)
            tallies += written
            tell(_words(loader, written))
        until = region.local_date(at) + timedelta(days=days)
        made = extend(region=region, until=until, at=at, tell=tell)
    return Loaded(region, tuple(tallies), made)


def extend(
    *,
    region: Region,
    until: date,
    at: datetime,
    tell: Callable[[str], None] = lambda _words: None,
) -> int:
    """Let every house lay out its days up to and including ``until``; return rows made."""
    made = 0
    for loader in list_all():
        count = loader.extend(region=region, until=until, at=at)
        if count:
            tell(f"{loader.name}: {count} rows laid out until {until}")
        made += count
    return made


def horizons(region: Region) -> dict[str, date]:
    """The last day laid out per loader that sells by day."""
    reached = {loader.name: loader.horizon(region=region) for loader in list_all()}
    return {name: last for name, last in reached.items() if last is not None}


def _check(folder: Folder, facts: RegionFacts, tell: Callable[[str], None]) -> list[Any]:
    parsed = []
    for loader in list_all():
        found = len(folder.problems)
        parsed.append(loader.check(folder, facts))
        tell(f"{loader.name}: checked, {len(folder.problems) - found} problems")
    return parsed


def _region(facts: RegionFacts) -> Region:
    region, _created = Region.objects.get_or_create(
        slug=facts.slug,
        defaults={
            "name_zh": facts.name_zh,
            "name_en": facts.name_en,
            "timezone": facts.timezone,
            "currency": facts.currency,
            "latitude": facts.latitude,
            "longitude": facts.longitude,
            "horizon_days": facts.horizon_days,
            "is_open": True,
        },
    )
    return region


def _words(loader: Loader, tallies: Sequence[Tally]) -> str:
    parts = [
        f"{t.table} +{t.added} ~{t.changed} ={t.same}" + (f" kept {t.kept}" if t.kept else "")
        for t in tallies
    ]
    return f"{loader.name}: " + ("; ".join(parts) or "nothing to write")
