"""In which language a feed says its names, and what it calls the same in another one. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from transport.feeds.gtfs import Feed
from transport.feeds.gtfs.rows.about import Translation

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_UNTOLD = ("", "mul", "und", "zxx")


def is_chinese(text: str) -> bool:
    """Whether a text has a Chinese character."""
    return _HAN.search(text) is not None


class Words:
    """The names of a feed in Chinese and English, from its own language and its translations."""

    def __init__(self, language: str, translations: Iterable[Translation]) -> None:
        self.language = language
        self._by_row: dict[tuple[str, str, str, str], str] = {}
        self._by_text: dict[tuple[str, str, str, str], str] = {}
        for row in translations:
            key = (row.table_name, row.field_name, row.language.lower().partition("-")[0])
            if row.field_value is not None:
                self._by_text[(*key, row.field_value)] = row.translation
            elif row.record_id is not None and row.record_sub_id is None:
                self._by_row[(*key, row.record_id)] = row.translation

    def speaks_chinese(self, text: str) -> bool:
        """Whether a text of the feed is in Chinese: by its language, or else by its characters."""
        code = self.language.lower().partition("-")[0]
        return is_chinese(text) if code in _UNTOLD else code == "zh"

    def pair(self, table: str, column: str, record: str, text: str | None) -> tuple[str, str]:
        """A text in Chinese and in English. What has no Chinese keeps its own; without text: empty."""
        if not text:
            return "", ""
        english = self._other(table, column, "en", record, text)
        if self.speaks_chinese(text):
            return text, english
        return self._other(table, column, "zh", record, text) or text, english or text

    def _other(self, table: str, column: str, language: str, record: str, text: str) -> str:
        by_row = self._by_row.get((table, column, language, record))
        return by_row or self._by_text.get((table, column, language, text), "")


def words_of(feed: Feed) -> Words:
    """The words of a feed: its language is the one of feed_info, else of its first agency."""
    said = [info.feed_lang for info in feed.feed_info] + [each.agency_lang for each in feed.agency]
    return Words(next(filter(None, said), ""), feed.translations)
