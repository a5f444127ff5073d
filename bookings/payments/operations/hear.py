"""Hear from a provider: money counts only when the provider itself says so."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from bookings.payments import providers
from bookings.payments.models import Attempt, EventState, ProviderEvent
from bookings.payments.operations.merge import merge
from bookings.payments.providers import BadSignature, Notice, Payment, Provider
from kernel import metrics
from kernel.errors import Refusal
from kernel.outbox import operations as outbox

security = logging.getLogger("quanyu.security")
REFUSED = metrics.Counter(
    "quanyu_notices_refused_total", "Notices of payments refused, and why.", ("provider", "why")
)


class Unfit(Refusal):
    """A genuine notice of another sum, currency, reference or world than our payment's."""

    code = "notice_unfit"
    status = 400
    message = _("This notice does not fit the payment that it is about.")


def hear(*, provider: str, raw: bytes, headers: Mapping[str, str], at: datetime) -> None:
    """Take in a notice. Verified on the raw bytes; applied once however often it comes.

    :raises BadSignature: it is forged or old. :raises Unfit: it is none of our payment. Nothing was
        written but a line in the security log; the provider sends it again.
    """
    chosen = providers.get(provider)
    try:
        keep(chosen, chosen.verify(raw, headers, at=at), at)
    except (BadSignature, Unfit) as refusal:
        note_refused(provider, refusal.code)
        raise


def note_refused(provider: str, why: str) -> None:
    """What nothing is written of must still be seen: in the security log, and by who is alarmed."""
    REFUSED.add(provider, why)
    security.warning("payment notice refused", extra={"provider": provider, "why": why})


def keep(provider: Provider, notice: Notice, at: datetime) -> None:
    """Store a verified notice and merge what it says; a second time changes nothing.

    Of a hundred copies at once only those that come before the first is stored wait for a lock.

    :raises Unfit: it does not fit our payment; nothing was written.
    """
    known = ProviderEvent.objects.filter(provider=provider.name, event_id=notice.event_id)
    if known.exists():
        return
    with transaction.atomic(durable=True):
        attempt = _find(provider, notice.payment)
        event = ProviderEvent(
            provider=provider.name,
            event_id=notice.event_id,
            kind=notice.kind,
            attempt=attempt,
            body={**notice.body, **_one_refund(notice)},
            state=_judge(attempt, notice),
            received_at=at,
        )
        if not _stored(event):
            return
        if event.state == EventState.APPLIED:
            _apply(event, notice, at)


def fits(provider: Provider, attempt: Attempt, payment: Payment) -> bool:
    """Whether the provider speaks of our payment: its own number, our sum, the right world."""
    return (
        (payment.token, payment.amount_fen, payment.currency)
        == (attempt.token, attempt.amount_fen, attempt.currency)
        and payment.is_live == provider.capabilities.is_live
        and (not payment.provider_ref or attempt.provider_ref in ("", payment.provider_ref))
        and payment.captured_fen <= attempt.amount_fen
    )


def _find(provider: Provider, payment: Payment | None) -> Attempt | None:
    """Our payment that a notice is about, locked. :raises Unfit: it is about another one."""
    if payment is None:
        return None
    found = Attempt.objects.select_for_update(no_key=True)
    attempt = found.filter(provider=provider.name, token=payment.token).first()
    if attempt is not None and not fits(provider, attempt, payment):
        raise Unfit
    return attempt


def _judge(attempt: Attempt | None, notice: Notice) -> EventState:
    if notice.payment is None:
        return EventState.APPLIED if notice.refund_token else EventState.IGNORED
    return EventState.REJECTED if attempt is None else EventState.APPLIED


def _stored(event: ProviderEvent) -> bool:
    """Keep a notice; False when its id was stored before."""
    try:
        with transaction.atomic():
            event.save()
    except IntegrityError:
        return False
    return True


def _one_refund(notice: Notice) -> Mapping[str, object]:
    """What is kept of a refund whose provider tells of each by itself."""
    if not notice.refund_fen:
        return {}
    return {"refund_token": notice.refund_token, "refund_fen": notice.refund_fen}


def _with_all_refunds(event: ProviderEvent, payment: Payment) -> Payment:
    """The payment with the sum of the refunds that were told of it, each once. It is locked."""
    told = ProviderEvent.objects.filter(attempt=event.attempt, body__has_key="refund_fen")
    each = {
        body["refund_token"]: body["refund_fen"] for body in told.values_list("body", flat=True)
    }
    return replace(payment, refunded_fen=sum(each.values()))


def _apply(event: ProviderEvent, notice: Notice, at: datetime) -> None:
    if event.attempt_id is not None and notice.payment is not None:
        payment = _with_all_refunds(event, notice.payment) if notice.refund_fen else notice.payment
        if not merge(attempt_id=event.attempt_id, payment=payment, at=at):
            ProviderEvent.objects.filter(pk=event.pk).update(state=EventState.IGNORED)
    if notice.refund_token and notice.refund_outcome is not None:
        outbox.record(
            name="bookings.payments.refund-told",
            key=f"refund-told:{event.provider}:{event.event_id}",
            facts={
                "refund_token": notice.refund_token,
                "outcome": notice.refund_outcome,
                "why": notice.refund_why,
            },
            at=at,
        )
