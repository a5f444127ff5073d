"""Pay by a provider, hear from it, ask it: money counts only when the provider itself says so."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.orders.models import Order
from bookings.payments import providers
from bookings.payments.models import OPEN, Attempt, AttemptState, EventState, ProviderEvent
from bookings.payments.providers import Charge, Notice, Outcome, Payment, Provider, ProviderDown
from kernel import codes
from kernel.errors import Refusal
from kernel.outbox import operations as outbox

ASK_AFTER = timedelta(seconds=15)
ASK_FOR = timedelta(hours=24)

security = logging.getLogger("quanyu.security")


class NotPayable(Refusal):
    """The order does not wait for a payment (any more)."""

    code = "not_payable"
    message = _("This order does not wait for a payment. Please look at the order.")


class SampleData(Refusal):
    """Rows that nobody has confirmed are not sold for real money."""

    code = "sample_data"
    message = _("%(title)s is sample data and cannot be sold yet.")


def ways_to_pay(order: Order) -> list[Provider]:
    """The providers that can take this order's currency."""
    return [p for p in providers.list_all() if order.currency in p.capabilities.currencies]


def pay_by(*, order: Order, provider: str, at: datetime, return_url: str) -> Attempt:
    """Start paying an order; the attempt has the page to send the buyer to.

    The attempt is committed first, then the provider is called. A double click gets the attempt
    that is open already.

    :raises NotPayable: paid, lapsed or given up. :raises SampleData: live money for a sample row.
    :raises providers.ProviderDown: the provider did not answer; the attempt stays open.
    """
    chosen = providers.get(provider)
    if not order.is_payable(at):
        raise NotPayable
    if chosen.capabilities.is_live:
        _refuse_samples(order)
    attempt = _open_attempt(order, chosen, at)
    if not attempt.redirect_url:
        started = chosen.start(_charge(order, attempt, return_url))
        attempt.provider_ref = started.provider_ref
        attempt.redirect_url = started.redirect_url
        Attempt.objects.filter(pk=attempt.pk, state=AttemptState.CREATED).update(
            state=AttemptState.PENDING,
            provider_ref=started.provider_ref,
            redirect_url=started.redirect_url,
        )
    return attempt


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
    with transaction.atomic(durable=True):
        attempt = _find(provider, notice.payment)
        event = ProviderEvent(
            provider=provider,
            event_id=notice.event_id,
            kind=notice.kind,
            attempt=attempt,
            body=json.loads(raw),
            state=_judge(chosen, attempt, notice),
            received_at=at,
        )
        if not _keep(event):
            return
        if attempt is not None and event.state == EventState.APPLIED:
            _apply(attempt, notice.payment, at)
    if event.state == EventState.REJECTED:
        security.warning("payment notice does not fit", extra={"provider": provider})


def ask(*, attempt: Attempt, at: datetime) -> None:
    """Ask the provider how an open attempt stands, and apply what it says.

    :raises ProviderDown: no answer; asked again later.
    """
    chosen = providers.get(attempt.provider)
    Attempt.objects.filter(pk=attempt.pk).update(asked_at=at)
    if not attempt.provider_ref:
        # Killed between our commit and the provider's answer: the same token finds it again.
        attempt.provider_ref = chosen.start(_charge(attempt.order, attempt, "")).provider_ref
        Attempt.objects.filter(pk=attempt.pk, provider_ref="").update(
            provider_ref=attempt.provider_ref
        )
    payment = chosen.fetch(attempt.provider_ref)
    if _fits(chosen, attempt, payment):
        with transaction.atomic(durable=True):
            _apply(attempt, payment, at)


def ask_open(*, at: datetime) -> int:
    """Ask about every open attempt not asked for ASK_AFTER; return how many answered."""
    unasked = Q(asked_at__isnull=True) | Q(asked_at__lte=at - ASK_AFTER)
    waiting = Attempt.objects.filter(
        unasked,
        state__in=OPEN,
        created_at__lte=at - ASK_AFTER,
        created_at__gte=at - ASK_FOR,
    ).select_related("order")
    answered = 0
    for attempt in waiting.order_by("created_at")[:200]:
        try:
            ask(attempt=attempt, at=at)
        except ProviderDown:
            continue
        answered += 1
    return answered


def _refuse_samples(order: Order) -> None:
    for line in order.lines.all():
        if line.is_sample:
            raise SampleData(title=str(line))


def _open_attempt(order: Order, provider: Provider, at: datetime) -> Attempt:
    """The open attempt of this order at this provider: a new one, or the one that is there."""
    attempt = Attempt(
        order=order,
        provider=provider.name,
        token=codes.new_token(),
        amount_fen=order.due_now_fen,
        currency=order.currency,
        created_at=at,
    )
    try:
        with transaction.atomic(durable=True):
            attempt.save()
    except IntegrityError:
        return Attempt.objects.get(order=order, provider=provider.name, state__in=OPEN)
    return attempt


def _charge(order: Order, attempt: Attempt, return_url: str) -> Charge:
    return Charge(
        token=attempt.token,
        amount_fen=attempt.amount_fen,
        currency=attempt.currency,
        words=order.code,
        return_url=return_url,
        notice_url=f"{settings.SITE_URL}/hooks/{attempt.provider}/",
        language=order.language,
    )


def _find(provider: str, payment: Payment) -> Attempt | None:
    return (
        Attempt.objects.select_for_update(no_key=True)
        .filter(provider=provider, token=payment.token)
        .first()
    )


def _judge(provider: Provider, attempt: Attempt | None, notice: Notice) -> EventState:
    if attempt is None or not _fits(provider, attempt, notice.payment):
        return EventState.REJECTED
    if attempt.state not in OPEN or notice.payment.outcome is Outcome.PENDING:
        # A late success after a failure still brings money: it must be heard.
        late = attempt.state == AttemptState.FAILED and notice.payment.outcome is Outcome.SUCCEEDED
        return EventState.APPLIED if late else EventState.IGNORED
    return EventState.APPLIED


def _fits(provider: Provider, attempt: Attempt, payment: Payment) -> bool:
    """Whether the provider speaks of our payment: its own number, our sum, the right world."""
    return (
        (payment.token, payment.amount_fen, payment.currency)
        == (attempt.token, attempt.amount_fen, attempt.currency)
        and payment.is_live == provider.capabilities.is_live
        and attempt.provider_ref in ("", payment.provider_ref)
    )


def _keep(event: ProviderEvent) -> bool:
    """Store a notice; False when its id was stored before."""
    try:
        with transaction.atomic():
            event.save()
    except IntegrityError:
        return False
    return True


def _apply(attempt: Attempt, payment: Payment, at: datetime) -> None:
    """Move the attempt once, by compare-and-set; money received is news."""
    if payment.outcome is Outcome.FAILED:
        Attempt.objects.filter(pk=attempt.pk, state__in=OPEN).update(
            state=AttemptState.FAILED, ended_at=at, provider_ref=payment.provider_ref
        )
    if payment.outcome is not Outcome.SUCCEEDED:
        return
    moved = (
        Attempt.objects.filter(pk=attempt.pk)
        .exclude(state=AttemptState.SUCCEEDED)
        .update(
            state=AttemptState.SUCCEEDED,
            ended_at=at,
            provider_ref=payment.provider_ref,
            captured_fen=payment.amount_fen,
        )
    )
    if moved:
        outbox.record(
            name="bookings.payments.received",
            key=f"received:{attempt.pk}",
            facts={
                "attempt_id": attempt.pk,
                "order_id": attempt.order_id,
                "amount_fen": payment.amount_fen,
                "currency": payment.currency,
                "provider": attempt.provider,
            },
            at=at,
        )
