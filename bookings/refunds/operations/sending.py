"""Refunds are sent to the provider, asked about, and sent again; what cannot go waits for a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_noop

from bookings.payments import providers
from bookings.payments.providers import Outcome, Returned
from bookings.refunds.models import Refund, RefundState
from kernel.outbox import operations as outbox

GIVE_UP_AFTER = timedelta(days=1)
"""So long a provider may be silent before a refund waits for a person instead."""

_FIRST_WAIT_S, _LONGEST_WAIT_S = 10, 600

NO_ANSWER = gettext_noop("the payment service does not answer")
TOO_OLD = gettext_noop("the payment is too old for the payment service")
ONLY_WHOLE = gettext_noop("the payment service returns whole payments only")
SWITCHED_OFF = gettext_noop("the payment service is switched off")


def send(*, refund_id: int, at: datetime) -> None:
    """Ask the provider to return a refund's money. Outside any transaction; the token makes it once.

    Without an answer it is asked again later, with longer and longer waits.
    """
    refund = Refund.objects.select_related("attempt").get(pk=refund_id)
    if refund.state not in (RefundState.SENDING, RefundState.SENT):
        return
    if refund.state == RefundState.SENDING and (why := _hindrance(refund, at)):
        _note(refund, Returned(Outcome.FAILED, why), at)
        return
    try:
        answer = providers.get(refund.attempt.provider).refund(
            refund.attempt.handle, token=refund.token, amount_fen=refund.amount_fen
        )
    except providers.ProviderDown:
        _wait(refund, at)
    else:
        _note(refund, answer, at)


def _hindrance(refund: Refund, at: datetime) -> str:
    """Why the provider need not be asked at all; empty where it may say yes."""
    attempt = refund.attempt
    try:
        can = providers.get(attempt.provider).capabilities
    except providers.UnknownProvider:
        return SWITCHED_OFF
    paid_at = attempt.ended_at or attempt.created_at
    if at - paid_at > timedelta(days=can.refund_window_days):
        return TOO_OLD
    if not can.partial_refund and refund.amount_fen != attempt.captured_fen:
        return ONLY_WHOLE
    return ""


def _note(refund: Refund, answer: Returned, at: datetime) -> None:
    if answer.outcome is Outcome.SUCCEEDED:
        changes: dict[str, Any] = {"state": RefundState.DONE, "done_at": at, "why": ""}
    elif answer.outcome is Outcome.FAILED:
        changes = {"state": RefundState.FAILED, "why": answer.why[:200]}
    else:
        changes = {"state": RefundState.SENT, "next_at": at + timedelta(seconds=_LONGEST_WAIT_S)}
    with transaction.atomic(durable=True):
        waiting = Refund.objects.filter(pk=refund.pk).exclude(state=RefundState.DONE)
        waiting.update(tries=F("tries") + 1, **changes)


def _wait(refund: Refund, at: datetime) -> None:
    """No answer: again a little later, twice as late each time; after a day a person must look."""
    wait_s = min(_FIRST_WAIT_S * 2 ** min(refund.tries, 10), _LONGEST_WAIT_S)
    changes: dict[str, Any] = {"next_at": at + timedelta(seconds=wait_s), "why": NO_ANSWER}
    if refund.state == RefundState.SENDING and at - refund.created_at > GIVE_UP_AFTER:
        changes["state"] = RefundState.FAILED
    with transaction.atomic(durable=True):
        waiting = Refund.objects.filter(pk=refund.pk, state=refund.state)
        waiting.update(tries=F("tries") + 1, **changes)


def send_due(*, at: datetime) -> int:
    """Ask again about every refund whose time has come; return how many."""
    due = Refund.objects.filter(
        state__in=(RefundState.SENDING, RefundState.SENT), next_at__lte=at
    ).order_by("next_at")
    found = list(due.values_list("pk", flat=True)[:200])
    for refund_id in found:
        send(refund_id=refund_id, at=at)
    return len(found)


def told(*, facts: Mapping[str, Any], at: datetime) -> None:
    """The provider tells how a refund ended. ``facts``: refund_token, outcome."""
    refund = Refund.objects.filter(token=facts["refund_token"])
    if facts["outcome"] == Outcome.SUCCEEDED:
        refund.exclude(state=RefundState.DONE).update(state=RefundState.DONE, done_at=at, why="")
    elif facts["outcome"] == Outcome.FAILED:
        on_its_way = refund.filter(state__in=(RefundState.SENDING, RefundState.SENT))
        on_its_way.update(state=RefundState.FAILED, why=str(facts.get("why", ""))[:200])


def send_again(*, refund_id: int, at: datetime) -> bool:
    """A person gives a stuck refund another try; False where it is not stuck."""
    with transaction.atomic(durable=True):
        stuck = Refund.objects.filter(pk=refund_id, state=RefundState.FAILED)
        if not stuck.update(state=RefundState.SENDING, next_at=at):
            return False
        outbox.record(
            name="bookings.refund.asked",
            key=f"refund:{refund_id}:again:{at.timestamp()}",
            facts={"refund_id": refund_id},
            at=at,
        )
    return True
