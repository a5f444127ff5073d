"""Reads of messages: who is reached how, a person's inbox, the local page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time

from django.conf import settings
from django.db.models import Count, QuerySet
from django.http import Http404

from accounts.messages import kinds, opening, people, quiet
from accounts.messages.kinds import Texts
from accounts.messages.models import (
    Choice,
    Consent,
    Delivery,
    Device,
    Message,
    Preference,
    Way,
    Wording,
)
from kernel.grouping import GroupedRead

MARKETING = "MARKETING"


@dataclass(frozen=True, slots=True)
class Letter:
    """A message in full, for the local page."""

    channel: str
    to: str
    subject: str
    body: str
    state: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Reading:
    """A message as who sent it follows it: when it was said and read, how its text message stands."""

    key: str
    kind: str
    told_at: datetime
    read_at: datetime | None
    zone: str
    sms: str
    is_in_inbox: bool


@dataclass(frozen=True, slots=True)
class Reach:
    """How a person is spoken to: the language, the addresses by way, and what they have chosen."""

    language: str
    addresses: Mapping[str, tuple[str, ...]]
    choices: Mapping[tuple[str, str], bool] = field(default_factory=dict)
    quiet: tuple[time, time] = (quiet.FROM, quiet.UNTIL)
    has_agreed: bool = False


def reach(user_ids: Collection[int]) -> dict[int, Reach]:
    """How each of these people is reached, in a handful of statements; who is gone is left out."""
    known = people.find(user_ids)
    kept = {row.user_id: row for row in Preference.objects.filter(user_id__in=known)}
    devices: dict[int, list[str]] = defaultdict(list)
    for device in Device.objects.filter(user_id__in=known).order_by("pk"):
        devices[device.user_id].append(opening.unseal(device.sealed))
    choices: dict[int, dict[tuple[str, str], bool]] = defaultdict(dict)
    for row in Choice.objects.filter(user_id__in=known):
        choices[row.user_id][row.topic, row.channel] = row.is_wanted
    agreed = _who_agreed(known)
    return {
        user_id: _reach(
            reader, kept.get(user_id), choices[user_id], devices[user_id], user_id in agreed
        )
        for user_id, reader in known.items()
    }


def _reach(
    reader: people.Reader,
    kept: Preference | None,
    choices: Mapping[tuple[str, str], bool],
    devices: Sequence[str],
    has_agreed: bool,
) -> Reach:
    email = reader.email
    if kept is not None and kept.email_confirmed_at is not None:
        email = opening.unseal(kept.email_sealed)
    addresses = {Way.EMAIL.value: email, Way.SMS.value: reader.phone}
    return Reach(
        language=(kept.language if kept else "") or reader.language,
        addresses={
            **{way: (address,) for way, address in addresses.items() if address},
            Way.PUSH.value: tuple(devices),
        },
        choices=choices,
        quiet=(kept.quiet_from, kept.quiet_until) if kept else (quiet.FROM, quiet.UNTIL),
        has_agreed=has_agreed,
    )


def _who_agreed(user_ids: Collection[int]) -> set[int]:
    """Whose last word on marketing is yes."""
    last = (
        Consent.objects.filter(user_id__in=user_ids, purpose=MARKETING)
        .order_by("user_id", "-pk")
        .distinct("user_id")
    )
    return {row.user_id for row in last if row.is_given}


def texts(pairs: Collection[tuple[str, str]]) -> dict[tuple[str, str], kinds.Texts]:
    """Of kinds by name and language, the texts to be filled in: an operator's, else those in code."""
    rows = Wording.objects.filter(kind__in={kind for kind, _language in pairs})
    own = {(row.kind, row.language): Texts(row.subject, row.body, row.short) for row in rows}
    return {pair: own.get(pair) or kinds.defaults(kinds.get(pair[0]), pair[1]) for pair in pairs}


def keys_among(keys: Collection[str]) -> set[str]:
    """Which of these are said already."""
    return set(Message.objects.filter(key__in=keys).values_list("key", flat=True))


def is_said_since(about: str, kinds_of: Collection[str], moment: datetime) -> bool:
    """Whether one of these kinds was said of something after a moment."""
    since = Message.objects.filter(about=about, kind__in=kinds_of, created_at__gt=moment)
    return since.exists()


def readings(about: str, kinds_of: Collection[str]) -> list[Reading]:
    """Who was told what of something, and whether they have read it, the latest first. Two statements."""
    rows = Message.objects.filter(about=about, kind__in=kinds_of).order_by("-pk")
    return [_reading(row) for row in rows.prefetch_related("deliveries")]


def _reading(message: Message) -> Reading:
    short = [row for row in message.deliveries.all() if row.channel == Way.SMS]
    return Reading(
        key=message.key,
        kind=message.kind,
        told_at=message.created_at,
        read_at=message.read_at,
        zone=message.zone or settings.TIME_ZONE,
        sms=short[0].get_state_display() if short else "",
        is_in_inbox=message.user_id is not None,
    )


def inbox(user_id: int) -> QuerySet[Message]:
    """A person's messages."""
    return Message.objects.filter(user_id=user_id)


def of_person(message_id: int, user_id: int) -> Message:
    """One of a person's own messages.

    :raises Http404: there is none, or it is somebody else's.
    """
    message = inbox(user_id).filter(pk=message_id).first()
    if message is None:
        raise Http404
    return message


def consents(user_id: int) -> list[Consent]:
    """What the person has agreed to and withdrawn, the latest first."""
    return list(Consent.objects.filter(user_id=user_id).order_by("-pk")[:20])


def preference(user_id: int) -> Preference | None:
    """What the person has set, or None where everything is as usual."""
    return Preference.objects.filter(user_id=user_id).first()


def choices(user_id: int) -> dict[tuple[str, str], bool]:
    """What the person has chosen, by topic and way."""
    rows = Choice.objects.filter(user_id=user_id)
    return {(row.topic, row.channel): row.is_wanted for row in rows}


def devices(user_id: int) -> list[Device]:
    """The browsers on which a person is told while no page is open."""
    return list(Device.objects.filter(user_id=user_id).order_by("pk"))


def unread(user_id: int) -> int:
    """How many messages the person has not read. Requests of one moment share the statement."""
    return _unread.get(user_id) or 0


def _count_unread(user_ids: Collection[int]) -> dict[int, int]:
    waiting = Message.objects.filter(user_id__in=user_ids, read_at=None)
    counted = waiting.values_list("user_id").annotate(Count("pk")).order_by()
    return {int(user_id): count for user_id, count in counted if user_id is not None}


_unread: GroupedRead[int, int] = GroupedRead(_count_unread)


def newest(limit: int = 50) -> list[Letter]:
    """The newest messages that went out, opened. For local data only: the caller checks."""
    rows = Delivery.objects.exclude(channel=Way.INBOX).select_related("message")
    return [
        Letter(
            channel=row.channel,
            to=opening.address_of(row),
            subject=row.message.subject,
            body=opening.body_of(row.message),
            state=row.get_state_display(),
            created_at=row.created_at,
        )
        for row in rows.order_by("-pk")[:limit]
    ]
