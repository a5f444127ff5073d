"""Hear from a provider: money counts only when the provider itself says so."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from django.db import IntegrityError, transaction

from bookings.payments import providers
from bookings.payments.models import Attempt, EventState, ProviderEvent
from bookings.payments.operations.merge import merge
from bookings.payments.providers import Notice, Payment, Provider
from kernel.outbox import operations as outbox

security = logging.getLogger("quanyu.security")


def hear(*, provider: str, raw: bytes, headers: Mapping[str, str], at: datetime) -> None:
    """Take in a notice. Verified on the raw bytes; applied once however often it comes.

    :raises BadSignature: nothing was written but a line in the security log.
    """
    chosen = providers.get(provider)
    try:
        notice = chosen.verify(raw, headers, at=at)
    except providers.BadSignature:
        security.warning("payment notice refused: bad signature", extra={"provider": provider})
        raise
    keep(chosen, notice, at)


def keep(provider: Provider, notice: Notice, at: datetime) -> None:
    """Store a verified notice and merge what it says; a second time changes nothing.

    Of a hundred copies at once only those that come before the first is stored wait for a lock.
    """
    known = ProviderEvent.objects.filter(provider=provider.name, event_id=notice.event_id)
    if known.exists():
        return
    with transaction.atomic(durable=True):
        attempt = _find(provider.name, notice.payment)
        event = ProviderEvent(
            provider=provider.name,
            event_id=notice.event_id,
            kind=notice.kind,
            attempt=attempt,
            body={**notice.body, **_one_refund(notice)},
            state=_judge(provider, attempt, notice),
            received_at=at,
        )
        if not _stored(event):
            return
        if event.state == EventState.APPLIED:
            _apply(event, notice, at)
    if event.state == EventState.REJECTED:
        security.warning("payment notice does not fit", extra={"provider": provider.name})


def fits(provider: Provider, attempt: Attempt, payment: Payment) -> bool:
    """Whether the provider speaks of our payment: its own number, our sum, the right world."""
    return (
        (payment.token, payment.amount_fen, payment.currency)
        == (attempt.token, attempt.amount_fen, attempt.currency)
        and payment.is_live == provider.capabilities.is_live
        and (not payment.provider_ref or attempt.provider_ref in ("", payment.provider_ref))
        and payment.captured_fen <= attempt.amount_fen
    )


def _find(provider: str, payment: Payment | None) -> Attempt | None:
    if payment is None:
        return None
    return (
        Attempt.objects.select_for_update(no_key=True)
        .filter(provider=provider, token=payment.token)
        .first()
    )


def _judge(provider: Provider, attempt: Attempt | None, notice: Notice) -> EventState:
    if notice.payment is None:
        return EventState.APPLIED if notice.refund_token else EventState.IGNORED
    if attempt is None or not fits(provider, attempt, notice.payment):
        return EventState.REJECTED
    return EventState.APPLIED


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
            facts={"refund_token": notice.refund_token, "outcome": notice.refund_outcome},
            at=at,
        )
