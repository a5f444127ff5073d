"""A feed on its way out: what it is called there, and names in other languages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from kernel.places.models import Region
from transport.feeds.gtfs import Feed
from transport.feeds.gtfs.kinds import MOST_ID
from transport.feeds.gtfs.rows.about import Translation
from transport.feeds.models import Feed as Known
from transport.feeds.slugs import Slugs
from transport.feeds.words import Words, is_chinese

Pair = tuple[str, str]
"""A name in Chinese and in English."""
_Key = tuple[str, str, str, str]


@dataclass(slots=True)
class Outgoing:
    """``known`` is the feed that came in, if there was one. ``stops`` are stop ids by place,
    ``routes`` route ids by line, ``agencies`` agency ids by organisation."""

    region: Region
    known: Known | None
    at: datetime
    feed: Feed
    words: Words
    stops: dict[int, str] = field(default_factory=dict)
    routes: dict[int, str] = field(default_factory=dict)
    agencies: dict[int, str | None] = field(default_factory=dict)
    _said: dict[_Key, tuple[str, str]] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The region's day."""
        return self.region.local_date(self.at)

    def names(self, table: str, column: str) -> Slugs:
        """Hands out ids that no row of a table has yet."""
        return Slugs((getattr(row, column) for row in self.feed.rows(table)), MOST_ID)

    def say(
        self, table: str, column: str, record: str, text: str | None, was: Pair, now: Pair
    ) -> str:
        """The text of a cell whose name was changed from ``was`` to ``now``, in the feed's language;
        the other language goes into the translations."""
        zh, en = now
        if self.words.speaks_chinese(text or zh):
            self._translate(table, column, record, "en", en)
            return zh
        if en == was[1] and zh != was[0] and not is_chinese(zh):
            return zh
        if is_chinese(zh):
            self._translate(table, column, record, "zh-Hans", zh)
        return en or zh

    def translate_all(self) -> None:
        """Put what was said in other languages into the translations, instead of what they said."""
        kept = [row for row in self.feed.translations if _key(row) not in self._said]
        self.feed.translations = kept + [
            Translation(table, column, language, text, record)
            for (table, column, record, _code), (language, text) in self._said.items()
            if text
        ]

    def _translate(self, table: str, column: str, record: str, language: str, text: str) -> None:
        self._said[table, column, record, language.partition("-")[0]] = (language, text)


def _key(row: Translation) -> _Key | None:
    if row.record_id is None or row.record_sub_id is not None or row.field_value is not None:
        return None
    return row.table_name, row.field_name, row.record_id, row.language.lower().partition("-")[0]
