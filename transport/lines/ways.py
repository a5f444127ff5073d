"""A ride in words: from which stop to which. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kernel.naming import EN, ZH, say
from transport.lines.models import PatternStop


def way(pattern: Sequence[PatternStop], board: int, alight: int) -> dict[str, str]:
    """From where to where, in both languages."""
    return between(pattern[board].place.words, pattern[alight].place.words)


def between(start: Mapping[str, str], end: Mapping[str, str]) -> dict[str, str]:
    """From where to where, in both languages, of two names."""
    return {code: f"{_in(start, code)} → {_in(end, code)}" for code in (ZH, EN)}


def bay_words(bay: str) -> dict[str, str]:
    """A bay in both languages; nothing where there is none."""
    if not bay:
        return {}
    return {ZH: f"{bay} 号站台" if bay.isdecimal() else f"{bay} 站台", EN: f"bay {bay}"}


def _in(words: Mapping[str, str], language: str) -> str:
    """A name in one language, or in the other where it has none."""
    return words.get(language) or say(words)
