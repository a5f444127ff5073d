"""What may be said: kinds of messages with fixed placeholders, registered by the rooms that say them.

``{word}`` is filled in only where the kind declares the word; everything else stays as it is
written. Nothing is looked up inside a value: "{a.__class__}" is just text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.utils import translation
from django.utils.functional import Promise

from kernel.moments import day_words, time_words
from kernel.money import Money
from kernel.naming import say
from kernel.web.templatetags.quanyu import money

PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_BRACES = re.compile(r"\{([^{}\n]*)\}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Topic:
    """What people choose by: several kinds that belong together.

    ``channels`` are used where the person has not chosen; ``sms_if_unread`` sends a short message
    only to who has not read it so long after. ``is_marketing`` needs a consent of its own. What is
    ``is_duty`` is for people at work, who cannot choose it away: nobody is offered it.
    """

    name: str
    title: str | Promise
    note: str | Promise = ""
    channels: frozenset[str] = frozenset({"EMAIL", "PUSH"})
    sms_if_unread: timedelta | None = None
    is_marketing: bool = False
    is_duty: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing that is said. ``subject`` heads an e-mail and the inbox, ``short`` is for small screens.

    ``examples`` are its placeholders, each with a value to try it by. ``is_secret`` means that the
    text opens something: it is wiped as soon as it was sent. ``is_urgent`` wakes people up. A kind
    without a ``topic`` goes to one address and cannot be chosen away. ``holds`` is asked with what a
    message is about and when it was written, right before it is handed over: whether it is still true.
    Its text never goes without the ``needed`` placeholders; of a secret all are.
    """

    name: str
    body: str | Promise
    examples: Mapping[str, object]
    title: str | Promise = ""
    subject: str | Promise = ""
    short: str | Promise = ""
    topic: str = ""
    is_secret: bool = False
    is_urgent: bool = False
    holds: Callable[[str, datetime], bool] | None = None
    needed: frozenset[str] = frozenset()

    @property
    def placeholders(self) -> frozenset[str]:
        """The words that its texts may be filled with."""
        return frozenset(self.examples)

    @property
    def indispensable(self) -> frozenset[str]:
        """The words without which its text would be of no use."""
        return self.placeholders if self.is_secret else self.needed


@dataclass(frozen=True, slots=True)
class Texts:
    """A kind's three texts in one language: with placeholders, or filled in."""

    subject: str
    body: str
    short: str = field(default="")


_kinds: dict[str, Kind] = {}
_topics: dict[str, Topic] = {}


def register(kind: Kind) -> None:
    """Add a kind under its name, from AppConfig.ready()."""
    if kind.name in _kinds:
        raise ValueError(f"there is a kind {kind.name} already")
    _kinds[kind.name] = kind


def register_topic(topic: Topic) -> None:
    """Add a topic under its name, from AppConfig.ready()."""
    if topic.name in _topics:
        raise ValueError(f"there is a topic {topic.name} already")
    _topics[topic.name] = topic


def get(name: str) -> Kind:
    """The kind of this name; KeyError where a room forgot to register it."""
    return _kinds[name]


def find(name: str) -> Kind | None:
    """The kind of this name, or None: an old row's may be gone."""
    return _kinds.get(name)


def list_all() -> list[Kind]:
    """Every kind, by name."""
    return [_kinds[name] for name in sorted(_kinds)]


def topics() -> list[Topic]:
    """Every topic that people choose by, as they were registered; marketing comes last."""
    chosen = (topic for topic in _topics.values() if not topic.is_duty)
    return sorted(chosen, key=lambda topic: topic.is_marketing)


def topic_of(kind: Kind) -> Topic | None:
    """What a kind belongs to; None for what goes to one address."""
    return _topics.get(kind.topic)


def defaults(kind: Kind, language: str) -> Texts:
    """The texts as the code has them."""
    with translation.override(language):
        return Texts(str(kind.subject), str(kind.body), str(kind.short))


def strange_words(kind: Kind, text: str) -> list[str]:
    """What stands in braces and is no placeholder of the kind."""
    return sorted(set(_BRACES.findall(text)) - kind.placeholders)


def lacking_words(kind: Kind, text: str) -> list[str]:
    """The placeholders that a text of the kind must have, and has not."""
    return sorted(kind.indispensable - set(PLACEHOLDER.findall(text)))


def write(kind: Kind, texts: Texts, facts: Mapping[str, object], language: str) -> Texts:
    """The texts filled in: the subject in one line, nothing with control characters.

    :raises KeyError: a fact is missing: a fault of the room that says it.
    """
    missing = kind.placeholders - facts.keys()
    if missing:
        raise KeyError(f"{kind.name} wants {sorted(missing)}")
    with translation.override(language):
        words = {name: in_words(facts[name]) for name in kind.placeholders}
    return Texts(
        subject=" ".join(_clean(_fill(texts.subject, words)).split()),
        body=_clean(_fill(texts.body, words)),
        short=" ".join(_clean(_fill(texts.short or texts.body, words)).split()),
    )


def facts_in_words(kind: Kind, facts: Mapping[str, object], language: str) -> dict[str, str]:
    """The facts as a gateway that has texts of its own wants them."""
    with translation.override(language):
        return {name: in_words(facts[name]) for name in sorted(kind.placeholders)}


def in_words(value: object) -> str:
    """A fact in the active language: words in two languages, a sum, a moment on its own zone's clock.

    A moment always has its day: nobody knows when it will be read.
    """
    if isinstance(value, Mapping):
        return say(value)
    if isinstance(value, Money):
        return money(value)
    if isinstance(value, datetime):
        return f"{day_words(value.date())} {time_words(value)}"
    if isinstance(value, date):
        return day_words(value)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return str(value)


def _fill(text: str, words: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda match: words.get(match[1], match[0]), text)


def _clean(text: str) -> str:
    return _CONTROL.sub(" ", text)
