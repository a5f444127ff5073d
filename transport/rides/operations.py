"""A rider makes and ends a link, and asks for what was left; the operator answers."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.identity import limits
from bookings.news import operations as news
from kernel import codes
from kernel.audit import operations as audit
from kernel.errors import Refusal
from transport.rides import kinds
from transport.rides.models import LostItem, VehicleLink
from transport.rides.queries import Leg, LinkOver

_LINKS_A_DAY, _ITEMS_A_DAY = 20, 5
FORGOTTEN_AFTER = timedelta(days=180)


class NotYetRidden(Refusal):
    """The ride has not begun, or it was too long ago."""

    code = "not_yet_ridden"
    message = _("One can ask for lost things from the departure on, for 30 days.")


class AlreadyAnswered(Refusal):
    """Somebody has answered before."""

    code = "already_answered"
    message = _("This was answered already.")


class AnswerMissing(Refusal):
    """The rider is to be told something."""

    code = "answer_missing"
    message = _("Please write what the rider is to read.")


def make_link(*, leg: Leg, at: datetime) -> VehicleLink:
    """The link that shows a ride's vehicle: the one there is, or a new one.

    :raises LinkOver: the ride is over. :raises TooMany: too many were made and ended today.
    """
    if not leg.is_shown(at):
        raise LinkOver
    live = VehicleLink.objects.filter(line=leg.line_id, revoked_at__isnull=True).first()
    if live is not None:
        return live
    limits.spend(
        [limits.per("ride-link", str(leg.line_id), _LINKS_A_DAY, timedelta(days=1))], at=at
    )
    with transaction.atomic():
        # Pressed twice at once: the second one waits here, and takes what the first one has made.
        link, _made = VehicleLink.objects.get_or_create(
            line_id=leg.line_id, defaults={"token": codes.new_token(), "made_at": at}
        )
        ended = VehicleLink.objects.filter(pk=link.pk, revoked_at__isnull=False)
        ended.update(token=codes.new_token(), made_at=at, revoked_at=None)
    link.refresh_from_db()
    return link


def end_link(*, leg: Leg, at: datetime) -> None:
    """Nobody sees the vehicle by the link any more; a new one has another address. Twice is once."""
    VehicleLink.objects.filter(line=leg.line_id, revoked_at__isnull=True).update(revoked_at=at)


def ask(*, leg: Leg, what: str, request_key: str, at: datetime) -> LostItem:
    """Ask the operator for something that was left in the vehicle. The same request again is the same.

    :raises NotYetRidden: not begun, or too long ago. :raises TooMany: too often today.
    """
    if not leg.has_left(at):
        raise NotYetRidden
    known = LostItem.objects.filter(line=leg.line_id, request_key=request_key).first()
    if known is not None:
        return known
    limits.spend(
        [limits.per("lost-item", str(leg.line_id), _ITEMS_A_DAY, timedelta(days=1))], at=at
    )
    item, _made = LostItem.objects.get_or_create(
        line_id=leg.line_id,
        request_key=request_key,
        defaults={
            "run": leg.run,
            "organisation_id": leg.run.line.organisation_id,
            "what": what,
            "asked_at": at,
        },
    )
    return item


def answer(*, item: LostItem, words: str, actor: str, at: datetime) -> None:
    """Tell the rider what has become of it. Once; audited.

    :raises AnswerMissing: nothing to read. :raises AlreadyAnswered: somebody was quicker.
    """
    if not words.strip():
        raise AnswerMissing(field="answer")
    with transaction.atomic():
        waiting = LostItem.objects.filter(pk=item.pk, answered_at__isnull=True)
        if not waiting.update(answer=words.strip(), answered_at=at, answered_by=actor):
            raise AlreadyAnswered
        audit.record(actor=actor, action="rides.answer", subject=f"lost-item:{item.pk}", at=at)
        facts = {"what": item.what, "answer": words.strip()}
        news.tell(item.line.order, kinds.LOST_ANSWERED, str(item.pk), facts, at)


def forget_old(*, at: datetime) -> int:
    """Delete what was asked for half a year ago, and links of rides long over; how many rows."""
    old = at - FORGOTTEN_AFTER
    items, _by = LostItem.objects.filter(asked_at__lt=old).delete()
    links, _by = VehicleLink.objects.filter(line__ends_at__lt=at - timedelta(days=30)).delete()
    return items + links
