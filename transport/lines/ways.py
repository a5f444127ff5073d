"""A ride in words: from which stop to which. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kernel.naming import EN, ZH, say
from transport.lines.models import LineStop


def way(pattern: Sequence[LineStop], board: int, alight: int) -> dict[str, str]:
    """From where to where, in both languages."""
    start, end = pattern[board].place.words, pattern[alight].place.words
    return {code: f"{_in(start, code)} → {_in(end, code)}" for code in (ZH, EN)}


def _in(words: Mapping[str, str], language: str) -> str:
    """A name in one language, or in the other where it has none."""
    return words.get(language) or say(words)
