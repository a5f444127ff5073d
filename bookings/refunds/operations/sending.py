"""Refunds are sent to the provider, asked about, and sent again; what cannot go waits for a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext_noop

from bookings.payments import providers
from bookings.payments.providers import Outcome, Returned
from bookings.refunds.models import EarlierToken, Refund, RefundState
from bookings.refunds.operations.outside import note_twice
from kernel import codes
from kernel.outbox import operations as outbox

ON_ITS_WAY = (RefundState.SENDING, RefundState.SENT)

_GONE = (RefundState.SENT, RefundState.DONE)

GIVE_UP_AFTER = timedelta(days=1)
"""So long a provider may be silent before a refund waits for a person instead."""

OVERDUE_FOR = timedelta(days=7)
"""So long after the promised day a refund on its way may still arrive before a person must look."""

_FIRST_WAIT_S, _LONGEST_WAIT_S = 10, 600

NO_ANSWER = gettext_noop("the payment service does not answer")
TOO_OLD = gettext_noop("the payment is too old for the payment service")
ONLY_WHOLE = gettext_noop("the payment service returns whole payments only")
TOO_LONG = gettext_noop("the payment service has had it on its way for too long")
NOT_ARRIVED = gettext_noop("the payment service could not deliver it")
SWITCHED_OFF = gettext_noop("the payment service is switched off")


def send(*, refund_id: int, at: datetime) -> None:
    """Ask the provider to return a refund's money. Outside any transaction; the token makes it once.

    Without an answer it is asked again later, with longer and longer waits.
    """
    refund = Refund.objects.select_related("attempt").get(pk=refund_id)
    if refund.state not in ON_ITS_WAY:
        return
    if refund.state == RefundState.SENDING and (why := _hindrance(refund, at)):
        _note(refund, Returned(Outcome.FAILED, why), at)
        return
    try:
        answer = _ask(refund)
    except providers.ProviderDown:
        _wait(refund, at)
    else:
        _note(refund, answer, at)


def _ask(refund: Refund) -> Returned:
    return providers.get(refund.payment.provider).refund(
        refund.payment.handle, token=refund.token, amount_fen=refund.amount_fen
    )


def ask_about_stuck(refund: Refund, at: datetime) -> Returned | None:
    """What the provider says now of one that it refused, or did not answer; None: nothing (again).

    Outside any transaction.
    """
    if refund.attempt is None or _hindrance(refund, at):
        return None
    try:
        answer = _ask(refund)
    except providers.ProviderDown:
        return None
    _note(refund, answer, at)
    return answer


def _hindrance(refund: Refund, at: datetime) -> str:
    """Why the provider need not be asked at all; empty where it may say yes."""
    attempt = refund.payment
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
    elif _is_lost(refund, at):
        changes = {"state": RefundState.FAILED, "why": TOO_LONG}
    else:
        changes = {"state": RefundState.SENT, "next_at": at + timedelta(seconds=_LONGEST_WAIT_S)}
    with transaction.atomic(durable=True):
        waiting = Refund.objects.filter(pk=refund.pk, token=refund.token)
        waiting = waiting.exclude(state=RefundState.DONE)
        if waiting.update(tries=F("tries") + 1, **changes) and "done_at" in changes:
            say_done(refund, at)


def _is_lost(refund: Refund, at: datetime) -> bool:
    """Promised long ago; what a buyer has to fetch at a way to pay of our own is there all the time."""
    try:
        is_ours = providers.get(refund.payment.provider).capabilities.is_internal
    except providers.UnknownProvider:
        is_ours = False
    return not is_ours and at > (refund.promised_at or refund.created_at) + OVERDUE_FOR


def _wait(refund: Refund, at: datetime) -> None:
    """No answer: again a little later, twice as late each time; after a day a person must look."""
    wait_s = min(_FIRST_WAIT_S * 2 ** min(refund.tries, 10), _LONGEST_WAIT_S)
    changes: dict[str, Any] = {"next_at": at + timedelta(seconds=wait_s), "why": NO_ANSWER}
    is_unsent = refund.state == RefundState.SENDING and at - refund.created_at > GIVE_UP_AFTER
    if is_unsent or _is_lost(refund, at):
        changes["state"] = RefundState.FAILED
    with transaction.atomic(durable=True):
        waiting = Refund.objects.filter(pk=refund.pk, state=refund.state)
        waiting.update(tries=F("tries") + 1, **changes)


def send_due(*, at: datetime) -> int:
    """Ask again about every refund whose time has come; return how many."""
    due = Refund.objects.filter(state__in=ON_ITS_WAY, next_at__lte=at).order_by("next_at")
    found = list(due.values_list("pk", flat=True)[:200])
    for refund_id in found:
        send(refund_id=refund_id, at=at)
    return len(found)


def told(*, facts: Mapping[str, Any], at: datetime) -> None:
    """The provider tells how a refund ended. ``facts``: refund_token, outcome.

    What was returned can come back, and what was refused can still be returned; words of both may come
    in any order. So the later word of the two is not believed: the provider is asked which is true.
    Runs in the outbox's transaction.
    """
    token = facts["refund_token"]
    of_token = Q(token=token) | Q(pk__in=EarlierToken.objects.filter(token=token).values("refund"))
    refund = Refund.objects.select_for_update(no_key=True).filter(of_token).first()
    if refund is None:
        return
    if facts["outcome"] == Outcome.SUCCEEDED:
        _told_returned(refund, token, at)
    elif facts["outcome"] == Outcome.FAILED and refund.token == token and not refund.paid_out_ref:
        _told_refused(refund, str(facts.get("why") or NOT_ARRIVED)[:200], at)


def _told_refused(refund: Refund, why: str, at: datetime) -> None:
    if refund.state == RefundState.DONE:
        _set(refund, state=RefundState.SENT, done_at=None, next_at=at)
    else:
        _set(refund, state=RefundState.FAILED, why=why)


def _told_returned(refund: Refund, token: str, at: datetime) -> None:
    is_current = refund.token == token
    if refund.paid_out_ref or (not is_current and refund.state in _GONE):
        note_twice(refund, at)
    elif is_current and refund.state in ON_ITS_WAY:
        _set(refund, state=RefundState.DONE, done_at=at, why="")
        say_done(refund, at)
    elif refund.state in (RefundState.FAILED, RefundState.SENDING):
        _rename(refund, token)
        _set(refund, state=RefundState.SENT, next_at=at)


def say_done(refund: Refund, at: datetime) -> None:
    """Record that its money has come back. In the transaction that marks it."""
    outbox.record(
        name="bookings.refund.done",
        key=f"refund:{refund.pk}",
        facts={
            "refund_id": refund.pk,
            "order_id": refund.order_id,
            "amount_fen": refund.amount_fen,
        },
        at=at,
    )


def _rename(refund: Refund, token: str) -> None:
    """Go by another token; the one before is kept."""
    if refund.token != token:
        EarlierToken.objects.filter(token=token).delete()
        EarlierToken.objects.create(refund=refund, token=refund.token)
        _set(refund, token=token)


def _set(refund: Refund, **changes: Any) -> None:
    Refund.objects.filter(pk=refund.pk).update(**changes)


def send_again(*, refund_id: int, at: datetime) -> bool:
    """A person gives a stuck refund another try; False where it is not stuck, or no payment holds it.

    The provider is asked first, so outside any transaction: what it refuses for good goes by a new
    token, as the old one would be refused for ever.
    """
    stuck = Refund.objects.filter(pk=refund_id, state=RefundState.FAILED, attempt__isnull=False)
    refund = stuck.select_related("attempt").first()
    if refund is None:
        return False
    answer = ask_about_stuck(refund, at)
    if answer is not None and answer.outcome is not Outcome.FAILED:
        return True
    with transaction.atomic(durable=True):
        same = stuck.filter(token=refund.token).select_for_update(no_key=True).first()
        if same is None:
            return False
        if answer is not None:
            _rename(same, codes.new_token())
        _set(same, state=RefundState.SENDING, next_at=at)
        outbox.record(
            name="bookings.refund.asked",
            key=f"refund:{refund_id}:again:{at.timestamp()}",
            facts={"refund_id": refund_id},
            at=at,
        )
    return True
