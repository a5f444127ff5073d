"""Write messages: once for a key, in the reader's language, and by which ways they will go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils import translation

from accounts.messages import kinds, opening, queries
from accounts.messages.models import Delivery, Message, State, Way
from accounts.messages.queries import Reach
from kernel.outbox import operations as outbox

WRITTEN = "accounts.message.written"
_A_HANDFUL = 50
"""Messages that one event brings on their way: many are spread over the workers."""

_COLUMNS = (
    "key", "template", "user_id", "language", "subject", "body_sealed", "short_sealed",
    "facts_sealed", "link_sealed", "about", "zone", "created_at", "good_until",
)  # fmt: skip


class Link(NamedTuple):
    """A page by its name, and what it wants."""

    name: str
    args: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """Something to be said to one person: to an account, or to a bare phone number or e-mail address.

    ``key`` makes it once. ``link`` is a page of this site, ``about`` what it is about,
    ``zone`` the clock of quiet hours (the venue's). ``language`` is that of who has no account.
    """

    kind: str
    key: str
    facts: Mapping[str, object]
    user_id: int | None = None
    to: str = ""
    language: str = ""
    link: Link | None = None
    about: str = ""
    zone: str = ""
    good_until: datetime | None = None


def send(
    *, template: str, to: str, language: str, facts: Mapping[str, object], key: str, at: datetime
) -> None:
    """Write a message to a phone number or e-mail address; it goes out after the commit.

    Once per ``key``: a second call with the same key does nothing. ``facts`` fill the kind's
    placeholders; address and text are stored sealed.
    """
    tell([Note(template, key, facts, to=to, language=language)], at=at)


def tell(notes: Sequence[Note], *, at: datetime) -> int:
    """Write messages to people, each once per key; how many are new. They go out after the commit.

    Everybody is told in their own language and by the ways they have chosen; an account has it in the
    inbox at once. Marketing goes only to who has agreed to it, and to no bare address. Who cannot be
    reached at all is left out.

    :raises KeyError: a kind is not registered, or one of its facts is missing.
    """
    reach = queries.reach({note.user_id for note in notes if note.user_id is not None})
    ready = [
        (replace(note, language=_language(note, reach)), ways)
        for note in {note.key: note for note in notes}.values()
        if (ways := _ways(note, reach))
    ]
    wordings = queries.texts({(note.kind, note.language) for note, _ways in ready})
    with transaction.atomic():
        ids = _insert([_row(note, wordings[note.kind, note.language], at) for note, _ways in ready])
        deliveries = [
            _delivery(ids[note.key], way, to, after, at)
            for note, ways in ready
            if note.key in ids
            for way, to, after in ways
        ]
        Delivery.objects.bulk_create(deliveries, batch_size=1000)
        _bring_on_its_way(deliveries, at)
    return len(ids)


def _language(note: Note, reach: Mapping[int, Reach]) -> str:
    if note.user_id is not None:
        return reach[note.user_id].language
    return note.language or settings.LANGUAGE_CODE


def _ways(note: Note, reach: Mapping[int, Reach]) -> list[tuple[Way, str, timedelta]]:
    """By which ways, where to, and how long after: nothing where it must not be said, or cannot."""
    kind = kinds.get(note.kind)
    topic = kinds.topic_of(kind)
    if note.user_id is None:
        way = Way.EMAIL if "@" in note.to else Way.SMS
        is_allowed = note.to and not (topic and topic.is_marketing)
        return [(way, note.to, timedelta(0))] if is_allowed else []
    person = reach.get(note.user_id)
    if person is None or topic is None:
        return []
    if topic.is_marketing and not person.has_agreed:
        return []
    return [(Way.INBOX, "", timedelta(0)), *_outside(topic, person)]


def _outside(topic: kinds.Topic, person: Reach) -> list[tuple[Way, str, timedelta]]:
    found = []
    for way, addresses in person.addresses.items():
        is_late = way == Way.SMS and topic.sms_if_unread is not None
        usual = way in topic.channels or is_late
        if person.choices.get((topic.name, way), usual):
            after = (topic.sms_if_unread or timedelta(0)) if is_late else timedelta(0)
            found += [(Way(way), address, after) for address in addresses]
    return found


def _row(note: Note, wording: kinds.Texts, at: datetime) -> tuple[Any, ...]:
    kind = kinds.get(note.kind)
    texts = kinds.write(kind, wording, note.facts, note.language)
    facts = kinds.facts_in_words(kind, note.facts, note.language)
    return (
        note.key, note.kind, note.user_id, note.language, texts.subject[:200],
        opening.seal(texts.body), opening.seal(texts.short), opening.seal_facts(facts),
        opening.seal(_path(note)), note.about, note.zone, at, note.good_until,
    )  # fmt: skip


def _path(note: Note) -> str:
    if note.link is None:
        return ""
    with translation.override(note.language):
        return reverse(note.link.name, args=note.link.args)


def _insert(rows: Sequence[tuple[Any, ...]]) -> dict[str, int]:
    """The ids of the messages that are new, by key. The keys' order is one for all who write."""
    if not rows:
        return {}
    places = ", ".join(["(" + ", ".join(["%s"] * len(_COLUMNS)) + ")"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {Message._meta.db_table} ({', '.join(_COLUMNS)})"  # noqa: S608 - own names
            f" VALUES {places} ON CONFLICT (key) DO NOTHING RETURNING key, id",
            [value for row in sorted(rows, key=lambda row: str(row[0])) for value in row],
        )
        return dict(cursor.fetchall())


def _delivery(message_id: int, way: Way, to: str, after: timedelta, at: datetime) -> Delivery:
    is_here = way == Way.INBOX
    return Delivery(
        message_id=message_id,
        channel=way,
        target=opening.index_of(to) if to else "",
        to_sealed=opening.seal(to),
        to_masked=opening.mask_address(to) if to else "",
        state=State.SENT if is_here else State.WAITING,
        next_at=None if is_here else at + after,
        sent_at=at if is_here else None,
        created_at=at,
    )


def _bring_on_its_way(deliveries: Sequence[Delivery], at: datetime) -> None:
    """Workers hear of what can go now; the rest waits for its time."""
    now = sorted({row.message_id for row in deliveries if row.next_at == at})
    handfuls = [now[start : start + _A_HANDFUL] for start in range(0, len(now), _A_HANDFUL)]
    outbox.record_many(
        [outbox.News(WRITTEN, f"message:{ids[0]}", {"message_ids": ids}) for ids in handfuls],
        at=at,
    )
