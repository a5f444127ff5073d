"""A region's folder while it is being read: its region, its names, and everything wrong with it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from kernel.money import has_fen
from kernel.places.loading import sheets
from kernel.places.loading.sheets import Parsed, Problem, Row

REGION_FILE = "region.json"


@dataclass(frozen=True, slots=True)
class RegionFacts:
    """What region.json says; ``extra`` is the whole object, for keys that a house reads itself."""

    slug: str
    name_zh: str
    name_en: str
    timezone: str
    country: str
    currency: str
    latitude: float
    longitude: float
    horizon_days: int
    extra: Mapping[str, Any]


@dataclass(slots=True)
class Folder:
    """A folder being checked. ``names`` holds (kind, slug) of all it defines, with where."""

    path: Path
    problems: list[Problem] = field(default_factory=list)
    names: dict[tuple[str, str], str] = field(default_factory=dict)

    def note(self, *, file: str, line: int, column: str, reason: str) -> None:
        """Note a problem once, though two houses read the file; line 0 is the file as a whole."""
        problem = Problem(file, line, column, reason)
        if problem not in self.problems:
            self.problems.append(problem)

    def has(self, file: str) -> bool:
        return (self.path / file).is_file()

    def sheet(
        self,
        file: str,
        parse: Callable[[Row], Parsed],
        *,
        columns: Sequence[str],
        optional: Sequence[str] = (),
        required: bool = True,
    ) -> list[Parsed]:
        """The good rows of a CSV file, parsed. A file that is not ``required`` may be absent."""
        if not required and not self.has(file):
            return []
        return sheets.read(self, file, parse, columns=columns, optional=optional)

    def json(self, file: str) -> Any:
        """A JSON file's value, or None with a problem noted."""
        text = sheets.read_text(self, file)
        if text is None:
            return None
        try:
            return json.loads(text)
        except (json.JSONDecodeError, RecursionError) as error:
            line = getattr(error, "lineno", 0)
            reason = getattr(error, "msg", str(error))
            self.note(file=file, line=line, column="", reason=_("is not JSON: %s") % reason)
            return None

    def region(self, slug: str) -> RegionFacts | None:
        """What region.json says about the region ``slug``, or None with its problems noted."""
        value = self.json(REGION_FILE)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.note(file=REGION_FILE, line=1, column="", reason=_("is not an object"))
            return None
        text = sheets.read_text(self, REGION_FILE) or ""
        return _region(_Keys(self, value, text), slug)


@dataclass(slots=True)
class _Keys:
    """The keys of region.json, read one by one like the cells of a row."""

    folder: Folder
    value: Mapping[str, Any]
    source: str
    is_good: bool = True

    def bad(self, key: str, reason: str) -> None:
        self.is_good = False
        line = self.source[: max(self.source.find(f'"{key}"'), 0)].count("\n") + 1
        self.folder.note(file=REGION_FILE, line=line, column=key, reason=reason)

    def text(self, key: str, most: int = 100) -> str:
        value = self.value.get(key)
        if isinstance(value, str) and 0 < len(value.strip()) <= most:
            return value.strip()
        self.bad(key, _("must be text of 1 to %(most)s characters") % {"most": most})
        return ""

    def number(self, key: str, least: int, most: int) -> float:
        value = self.value.get(key)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if is_number and least <= float(value or 0) <= most:
            return float(value or 0)
        self.bad(
            key,
            _("must be a number between %(least)s and %(most)s") % {"least": least, "most": most},
        )
        return 0.0


def _region(keys: _Keys, slug: str) -> RegionFacts | None:
    facts = RegionFacts(
        slug=keys.text("slug", 60),
        name_zh=keys.text("name_zh"),
        name_en=keys.text("name_en"),
        timezone=keys.text("timezone"),
        country=keys.text("country", 2),
        currency=keys.text("currency", 3),
        latitude=keys.number("latitude", -90, 90),
        longitude=keys.number("longitude", -180, 180),
        horizon_days=int(keys.number("horizon_days", 1, 730)),
        extra=keys.value,
    )
    if facts.slug and facts.slug != slug:
        keys.bad("slug", _("is not “%(slug)s”") % {"slug": slug})
    if not has_fen(facts.currency):
        keys.bad("currency", _("is not kept in hundredths, in which all sums are written here"))
    if facts.timezone and not _is_timezone(facts.timezone):
        keys.bad("timezone", _("is not the name of a time zone, such as Asia/Shanghai"))
    return facts if keys.is_good else None


def _is_timezone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
