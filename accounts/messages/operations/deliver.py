"""Hand messages over, outside any transaction; and what becomes of them afterwards."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, QuerySet

from accounts.messages import channels, kinds, opening, queries, quiet
from accounts.messages.channels import Gone, Letter, Undeliverable
from accounts.messages.models import Delivery, Device, Message, State, Way
from accounts.messages.operations.choosing import stop_path
from accounts.messages.operations.write import WRITTEN
from accounts.messages.queries import Reach
from kernel.http import NoAnswer
from kernel.outbox import operations as outbox

KEEP_FOR = timedelta(days=30)
KEEP_IN_INBOX_FOR = timedelta(days=180)
GIVE_UP_AFTER = timedelta(days=1)
"""So long a service may be silent before a person must look."""
_LEASE = timedelta(seconds=60)
"""So long a worker has for what it has taken; then it counts as dead and another takes it."""
_FIRST_WAIT_S, _LONGEST_WAIT_S = 10, 3600
_AT_ONCE = 20

_CLAIM = """
    UPDATE accounts_messages_delivery SET next_at = %(lease)s, attempts = attempts + 1
    WHERE id IN (
        SELECT id FROM accounts_messages_delivery
        WHERE state = 'WAITING' AND next_at <= %(at)s
            AND (%(ids)s::bigint[] IS NULL OR message_id = ANY(%(ids)s))
        ORDER BY next_at LIMIT %(most)s FOR NO KEY UPDATE SKIP LOCKED
    ) RETURNING id
"""

logger = logging.getLogger(__name__)


def deliver_due(
    *, at: datetime, message_ids: Collection[int] | None = None, most: int = 500
) -> int:
    """Hand over what waits and whose time has come; how many were taken up.

    Two workers never take the same one. A worker that died after handing over, before noting it, is
    followed by another a minute later: a channel that can knows the key again.
    """
    taken = 0
    while taken < most and (ids := _claim(at, message_ids)):
        rows = list(Delivery.objects.filter(pk__in=ids).select_related("message").order_by("pk"))
        reach = queries.reach({row.message.user_id for row in rows if row.message.user_id})
        for row in rows:
            _deliver(row, reach.get(row.message.user_id or 0), at)
        taken += len(ids)
    return taken


def _claim(at: datetime, message_ids: Collection[int] | None) -> list[int]:
    ids = None if message_ids is None else list(message_ids)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"lease": at + _LEASE, "at": at, "ids": ids, "most": _AT_ONCE})
        return [row[0] for row in cursor.fetchall()]


def _deliver(delivery: Delivery, person: Reach | None, at: datetime) -> None:
    if why := _objection(delivery, person, at):
        _note(delivery, state=State.DROPPED, trouble=why)
    elif later := _end_of_quiet(delivery, person, at):
        _note(delivery, next_at=later, attempts=F("attempts") - 1)
    else:
        _hand_over(delivery, at)


def _objection(delivery: Delivery, person: Reach | None, at: datetime) -> str:
    """Why it is not sent any more; empty where it is."""
    message = delivery.message
    if message.read_at is not None:
        return "read meanwhile"
    if message.good_until is not None and at >= message.good_until:
        return "too late to be of use"
    kind = kinds.find(message.kind)
    if kind and kind.holds and message.about and not kind.holds(message.about, message.created_at):
        return "no longer true"
    topic = kind and kinds.topic_of(kind)
    if topic and topic.is_marketing and not (person and person.has_agreed):
        return "consent was withdrawn"
    if message.user_id is not None and person is None:
        return "the account is closed"
    return ""


def _end_of_quiet(delivery: Delivery, person: Reach | None, at: datetime) -> datetime | None:
    """When the person's quiet hours end, for what may wait. Codes and warnings may not."""
    kind = kinds.find(delivery.message.kind)
    if kind is None or kind.is_urgent or not kind.topic:
        return None
    start, until = person.quiet if person else (quiet.FROM, quiet.UNTIL)
    zone = delivery.message.zone or settings.TIME_ZONE
    return quiet.end_of_quiet(at, zone, start, until)


def _hand_over(delivery: Delivery, at: datetime) -> None:
    try:
        channels.get(delivery.channel).deliver(letter_of(delivery))
    except Gone as trouble:
        _note(delivery, state=State.FAILED, trouble=str(trouble)[:200])
        Device.objects.filter(target=delivery.target).delete()
    except Undeliverable as trouble:
        _note(delivery, state=State.FAILED, trouble=str(trouble)[:200])
    except NoAnswer as silence:
        _wait(delivery, str(silence), at)
    except Exception as error:  # noqa: BLE001 - whatever a service's client raises, it is tried again
        logger.warning("delivery %s: %s", delivery.pk, type(error).__name__)
        _wait(delivery, type(error).__name__, at)
    else:
        _note(delivery, state=State.SENT, sent_at=at, trouble="")
        _wipe(delivery.message)


def letter_of(delivery: Delivery) -> Letter:
    """The message as its channel hands it over."""
    message = delivery.message
    kind = kinds.find(message.kind)
    topic = kinds.topic_of(kind) if kind else None
    path = opening.link_of(message)
    can_stop = topic is not None and topic.is_marketing and message.user_id is not None
    return Letter(
        to=opening.address_of(delivery),
        subject=message.subject,
        body=opening.body_of(message),
        short=opening.unseal(message.short_sealed),
        key=f"{message.key}:{delivery.channel}:{delivery.target}",
        kind=message.kind,
        language=message.language,
        facts=opening.facts_of(message),
        link=_whole(path) if path else "",
        stop_link=_whole(stop_path(message.user_id or 0, message.language)) if can_stop else "",
        is_urgent=kind is not None and kind.is_urgent,
        tries=delivery.attempts,
    )


def _whole(path: str) -> str:
    return f"{settings.SITE_URL.rstrip('/')}{path}"


def _wait(delivery: Delivery, why: str, at: datetime) -> None:
    """Again a little later, twice as late each time; after a day a person must look."""
    if at - delivery.created_at > GIVE_UP_AFTER:
        _note(delivery, state=State.FAILED, trouble=f"no answer: {why}"[:200])
        return
    wait_s = min(_FIRST_WAIT_S * 2 ** min(delivery.attempts - 1, 20), _LONGEST_WAIT_S)
    _note(delivery, next_at=at + timedelta(seconds=wait_s), trouble=f"no answer: {why}"[:200])


def _note(delivery: Delivery, **changes: object) -> None:
    """Only of what still waits: it may have been dropped or read while it was handed over."""
    Delivery.objects.filter(pk=delivery.pk, state=State.WAITING).update(**changes)


def _wipe(message: Message) -> None:
    """Codes are not kept once they went out; on local data the page at /outbox/ shows them."""
    kind = kinds.find(message.kind)
    if kind is not None and kind.is_secret and not settings.QUANYU_LOCAL:
        sealed = ("body_sealed", "short_sealed", "facts_sealed")
        Message.objects.filter(pk=message.pk).update(**dict.fromkeys(sealed, opening.WIPED))


def try_again(*, delivery_id: int, at: datetime) -> bool:
    """Let a failed delivery go out once more; False where its text is gone or it did not fail."""
    failed = Delivery.objects.filter(pk=delivery_id, state=State.FAILED)
    with transaction.atomic():
        ready = failed.exclude(message__body_sealed=opening.WIPED)
        if not ready.update(state=State.WAITING, next_at=at, created_at=at):
            return False
        message_id = Delivery.objects.values_list("message_id", flat=True).get(pk=delivery_id)
        outbox.record(
            name=WRITTEN,
            key=f"again:{delivery_id}",
            facts={"message_ids": [message_id]},
            at=at,
        )
    return True


def drop(*, about: str, kind: str, at: datetime) -> int:
    """What still waits of a kind about something is not sent any more; how many deliveries."""
    waiting = Delivery.objects.filter(state=State.WAITING, message__about=about, message__kind=kind)
    return waiting.update(state=State.DROPPED, trouble="no longer true")


def read(*, message_id: int, user_id: int, at: datetime) -> bool:
    """The person has read one of their messages; False where there is no such unread one of theirs."""
    return bool(_read(Message.objects.filter(pk=message_id, user_id=user_id), at))


def read_all(*, user_id: int, at: datetime) -> int:
    """The person has seen all of their messages; how many were unread."""
    return _read(Message.objects.filter(user_id=user_id), at)


def _read(messages: QuerySet[Message], at: datetime) -> int:
    with transaction.atomic():
        ids = list(messages.filter(read_at=None).select_for_update().values_list("pk", flat=True))
        Message.objects.filter(pk__in=ids).update(read_at=at)
        here = Delivery.objects.filter(message__in=ids, channel=Way.INBOX, state=State.SENT)
        here.update(state=State.READ)
    return len(ids)


def forget_old(*, at: datetime) -> int:
    """Delete messages that are old: after 30 days, in an inbox after 180; return how many."""
    nobodys = Message.objects.filter(user_id=None, created_at__lt=at - KEEP_FOR)
    inboxes = Message.objects.filter(created_at__lt=at - KEEP_IN_INBOX_FOR)
    return sum(rows.delete()[1].get("accounts_messages.Message", 0) for rows in (nobodys, inboxes))
