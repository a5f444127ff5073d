"""Start paying: what is owed, by which provider, and the page or code the buyer goes on with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from bookings.contracts import How
from bookings.orders.models import Order
from bookings.payments import providers
from bookings.payments.breaker import is_resting
from bookings.payments.models import OPEN, Attempt, AttemptState, Purpose
from bookings.payments.operations.ask import release
from bookings.payments.operations.charge import Buyer, charge_of
from bookings.payments.operations.merge import merge
from bookings.payments.providers import Outcome, Payment, Provider, ProviderDown, Started
from bookings.payments.providers.own import OwnWay
from kernel import codes
from kernel.errors import Refusal


class NotPayable(Refusal):
    """The order does not wait for a payment (any more)."""

    code = "not_payable"
    message = _("This order does not wait for a payment. Please look at the order.")


class SampleData(Refusal):
    """Rows that nobody has confirmed are not sold for real money."""

    code = "sample_data"
    message = _("%(title)s is sample data and cannot be sold yet.")


@dataclass(frozen=True, slots=True)
class Payable:
    """A sum somebody is to pay: what for, how much in fen, by when, and in which words."""

    purpose: Purpose
    amount_fen: int
    currency: str
    words: str
    language: str
    payer: str
    closes_at: datetime
    order: Order | None = None
    purpose_id: int = 0
    how: How = How.CHARGE


@dataclass(frozen=True, slots=True)
class Way:
    """One way to pay, for the page on which it is chosen.

    ``is_charged_deposit``: it cannot set a deposit aside, so the deposit is charged and returned.
    ``is_down``: it does not answer just now. ``why``: it cannot be chosen, for this reason.
    """

    name: str
    title: str
    is_live: bool
    is_charged_deposit: bool
    is_down: bool = False
    why: str = ""


def ways_to_pay(payable: Payable) -> list[Way]:
    """How this payer may pay this sum; what does not answer just now comes last, then what is too little."""
    ways = [
        _way(provider, payable)
        for provider in providers.list_all()
        if _is_offered(provider, payable) or _why_not(provider, payable)
    ]
    return sorted(ways, key=lambda way: (bool(way.why), way.is_down))


def _way(provider: Provider, payable: Payable) -> Way:
    is_deposit = payable.how is How.AUTHORISE
    return Way(
        name=provider.name,
        title=provider.title,
        is_live=provider.capabilities.is_live,
        is_charged_deposit=is_deposit and not provider.capabilities.authorise,
        is_down=is_resting(provider),
        why="" if _is_offered(provider, payable) else _why_not(provider, payable),
    )


def pay_by(*, order: Order, provider: str, at: datetime, buyer: Buyer) -> Attempt:
    """Start paying what an order still asks for now: its sum first, then its deposit.

    :raises NotPayable: paid, lapsed or given up. Otherwise as ``pay``.
    """
    return pay(payable=next_of(order, at=at), provider=provider, at=at, buyer=buyer)


def next_of(order: Order, *, at: datetime) -> Payable:
    """What an order asks for next: the sum to be taken, then the deposit.

    :raises NotPayable: nothing, or not any more.
    """
    if not order.is_payable(at):
        raise NotPayable
    is_sum = order.unpaid_fen > 0
    return Payable(
        purpose=Purpose.ORDER if is_sum else Purpose.DEPOSIT,
        amount_fen=order.unpaid_fen if is_sum else order.unsecured_fen,
        currency=order.currency,
        words=order.code,
        language=order.language,
        payer=order.actor,
        closes_at=order.due_at,
        order=order,
        how=How.CHARGE if is_sum else How.AUTHORISE,
    )


def pay(*, payable: Payable, provider: str, at: datetime, buyer: Buyer) -> Attempt:
    """Start a payment; the attempt has the page or the code to go on with, or is decided already.

    The attempt is committed first, then the provider is called. A double click gets the attempt
    that is open already; one that asks for another sum, or whose time is over, is closed first.
    Where the provider cannot set a sum aside, it is charged.

    :raises NotPayable: the provider does not take this sum from this payer, or it has just been
        paid. :raises SampleData: live money for a sample row. :raises providers.ProviderDown: the
        provider did not answer; the attempt stays open.
    """
    chosen = providers.get(provider)
    if not _is_offered(chosen, payable):
        raise NotPayable
    if chosen.capabilities.is_live:
        _refuse_samples(payable.order)
    attempt = _attempt_for(payable, chosen, at)
    if not attempt.redirect_url and not attempt.qr:
        _started(attempt, chosen, chosen.start(charge_of(attempt, at=at, buyer=buyer)), at)
    return attempt


def _is_outside(payable: Payable) -> bool:
    """What we are owed is not paid with what we owe: only outside money tops up or pays a bill."""
    return payable.purpose in (Purpose.TOP_UP, Purpose.BILL)


def _why_not(provider: Provider, payable: Payable) -> str:
    """Why a way of our own that this payer has cannot pay this sum."""
    if _is_outside(payable) or not isinstance(provider, OwnWay):
        return ""
    return provider.why_not(payer=payable.payer, currency=payable.currency)


def _is_offered(provider: Provider, payable: Payable) -> bool:
    if _is_outside(payable) and provider.capabilities.is_internal:
        return False
    return provider.is_offered(
        payer=payable.payer, amount_fen=payable.amount_fen, currency=payable.currency
    )


def _refuse_samples(order: Order | None) -> None:
    for line in order.lines.all() if order else ():
        if line.is_sample:
            raise SampleData(title=str(line))


def _attempt_for(payable: Payable, provider: Provider, at: datetime) -> Attempt:
    """A new attempt, or the open one where it still asks for the same.

    :raises NotPayable: what was open has just been paid. :raises ProviderDown: it cannot be closed now.
    """
    attempt = _made(payable, provider, at)
    if attempt is None:
        there = _there(payable, provider)
        if there is not None and _asks_the_same(there, payable, provider, at):
            return there
        if there is not None:
            _close(there, at)
        attempt = _made(payable, provider, at)
    if attempt is None:
        raise ProviderDown
    return attempt


def _made(payable: Payable, provider: Provider, at: datetime) -> Attempt | None:
    """A new attempt; None where one is open for this purpose at this provider."""
    sets_aside = payable.how is How.AUTHORISE and provider.capabilities.authorise
    attempt = Attempt(
        order=payable.order,
        purpose=payable.purpose,
        purpose_id=payable.purpose_id,
        provider=provider.name,
        token=codes.new_token(),
        amount_fen=payable.amount_fen,
        currency=payable.currency,
        payer=payable.payer,
        words=payable.words,
        language=payable.language,
        how=How.AUTHORISE if sets_aside else How.CHARGE,
        closes_at=payable.closes_at,
        created_at=at,
    )
    try:
        with transaction.atomic(durable=True):
            attempt.save()
    except IntegrityError:
        return None
    return attempt


def _there(payable: Payable, provider: Provider) -> Attempt | None:
    return Attempt.objects.filter(
        order=payable.order,
        purpose=payable.purpose,
        purpose_id=payable.purpose_id,
        provider=provider.name,
        state__in=OPEN,
    ).first()


def _asks_the_same(there: Attempt, payable: Payable, provider: Provider, at: datetime) -> bool:
    """Whether an open attempt can be gone on with: its sum, its time, and whose money would move.

    Who pays on a page of somebody else's is nobody's business here.
    """
    can = provider.capabilities
    if can.is_internal and there.payer != payable.payer:
        return False
    if there.redirect_url and can.page_lives and at >= there.created_at + can.page_lives:
        return False
    is_same_sum = (there.amount_fen, there.currency) == (payable.amount_fen, payable.currency)
    return is_same_sum and (there.closes_at is None or at < there.closes_at)


def _close(there: Attempt, at: datetime) -> None:
    """End what nobody is to pay on any more.

    :raises NotPayable: it has been paid. :raises ProviderDown: it may be in the middle of that.
    """
    release(attempt=there, at=at)
    there.refresh_from_db()
    if there.state in OPEN:
        raise ProviderDown
    if there.state in (AttemptState.SUCCEEDED, AttemptState.AUTHORISED):
        raise NotPayable


def _started(attempt: Attempt, provider: Provider, started: Started, at: datetime) -> None:
    """Keep where the buyer goes on, or what was decided at once.

    :raises NotPayable: the attempt was closed meanwhile, and nobody is sent to its page.
    """
    attempt.provider_ref = started.provider_ref
    attempt.redirect_url = started.redirect_url
    attempt.qr = started.qr
    is_open = Attempt.objects.filter(pk=attempt.pk, state__in=OPEN).update(
        state=AttemptState.PENDING,
        provider_ref=started.provider_ref,
        redirect_url=started.redirect_url,
        qr=started.qr,
    )
    if started.outcome is not Outcome.PENDING:
        _decided(attempt, provider, started, at)
    elif not is_open:
        raise NotPayable


def _decided(attempt: Attempt, provider: Provider, started: Started, at: datetime) -> None:
    decided = Payment(
        provider_ref=started.provider_ref,
        token=attempt.token,
        outcome=started.outcome,
        amount_fen=attempt.amount_fen,
        currency=attempt.currency,
        is_live=provider.capabilities.is_live,
        captured_fen=attempt.amount_fen if started.outcome is Outcome.SUCCEEDED else 0,
    )
    with transaction.atomic(durable=True):
        merge(attempt_id=attempt.pk, payment=decided, at=at)
    attempt.refresh_from_db()
