"""Say something to somebody, once; hand it over later, outside any transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from accounts.messages import channels, templates
from accounts.messages.models import Message, State
from kernel import seals
from kernel.outbox import operations as outbox

PURPOSE = "message"
WRITTEN = "accounts.message.written"
KEEP_FOR = timedelta(days=30)
_WIPED = ""


def send(
    *, template: str, to: str, language: str, facts: Mapping[str, object], key: str, at: datetime
) -> None:
    """Write a message to a phone number or e-mail address; it goes out after the commit.

    Once per ``key``: a second call with the same key does nothing. ``facts`` fill the template's
    placeholders; address and text are stored sealed.
    """
    chosen = templates.get(template)
    subject, body = templates.write(chosen, facts, language)
    with transaction.atomic():
        message, is_new = Message.objects.get_or_create(
            key=key,
            defaults={
                "template": template,
                "channel": "EMAIL" if "@" in to else "SMS",
                "language": language,
                "to_sealed": seals.seal(to, purpose=PURPOSE),
                "to_masked": mask_address(to),
                "subject": subject[:200],
                "body_sealed": seals.seal(body, purpose=PURPOSE),
                "created_at": at,
            },
        )
        if is_new:
            outbox.record(name=WRITTEN, key=key, facts={"message_id": message.pk}, at=at)


def deliver(*, message_id: int, at: datetime) -> None:
    """Hand a waiting message to its channel. What the channel cannot take for now is raised again.

    A message that was handed over and whose worker died before noting it may go out twice.
    """
    message = Message.objects.get(pk=message_id)
    if message.state != State.WAITING:
        return
    row = Message.objects.filter(pk=message_id, state=State.WAITING)
    row.update(attempts=F("attempts") + 1)
    try:
        channels.get(message.channel).deliver(
            to=address_of(message), subject=message.subject, body=body_of(message), key=message.key
        )
    except channels.Undeliverable as trouble:
        row.update(state=State.FAILED, trouble=str(trouble)[:200], **_wipe(message))
    else:
        row.update(state=State.SENT, sent_at=at, trouble="", **_wipe(message))


def try_again(*, message_id: int, at: datetime) -> bool:
    """Let a failed message go out once more; False where its text is gone or it did not fail."""
    with transaction.atomic():
        failed = Message.objects.filter(pk=message_id, state=State.FAILED).exclude(
            body_sealed=_WIPED
        )
        if not failed.update(state=State.WAITING):
            return False
        outbox.record(
            name=WRITTEN, key=f"again:{message_id}", facts={"message_id": message_id}, at=at
        )
    return True


def forget_old(*, at: datetime) -> int:
    """Delete messages older than 30 days; return how many."""
    deleted, _rows = Message.objects.filter(created_at__lt=at - KEEP_FOR).delete()
    return deleted


def address_of(message: Message) -> str:
    """The plain address, for the channel and the local page."""
    return seals.unseal(message.to_sealed, purpose=PURPOSE)


def body_of(message: Message) -> str:
    """The plain text, or nothing once it was wiped."""
    if message.body_sealed == _WIPED:
        return ""
    return seals.unseal(message.body_sealed, purpose=PURPOSE)


def mask_address(to: str) -> str:
    """As lists show it: 161****0001, l***@example.org."""
    if "@" not in to:
        return f"{to[:3]}****{to[-4:]}"
    name, _at, host = to.rpartition("@")
    return f"{name[:1]}***@{host}"[:80]


def _wipe(message: Message) -> dict[str, str]:
    """Codes are not kept once they went out; on local data the page at /outbox/ shows them."""
    is_secret = templates.get(message.template).is_secret
    return {"body_sealed": _WIPED} if is_secret and not settings.QUANYU_LOCAL else {}
