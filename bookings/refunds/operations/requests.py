"""Refunds that people decide: a hardship with evidence, and sums for which one person is not enough.

Nothing is cancelled and no money moves before the last decision; then all of it in one transaction.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from bookings.orders import operations as orders
from bookings.orders.models import Line, Order
from bookings.refunds.models import Evidence, Reason, Refund, RefundRequest, RequestState
from bookings.refunds.operations.cancelling import RefundMoved, cancel_for
from bookings.refunds.operations.quoting import TooMuch, quote
from kernel import seals
from kernel.audit import operations as audit
from kernel.errors import Refusal

ASK_WITHIN = timedelta(days=7)
"""How long after the start a hardship can still be told."""

KEEP_EVIDENCE_FOR = timedelta(days=30)
MOST_FILES, MOST_BYTES = 3, 2_000_000
_PURPOSE = "evidence"
_KINDS = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"%PDF-": "application/pdf",
}
"""How files begin that are taken; what they are called does not matter."""


class AlreadyAsked(Refusal):
    """One open request an order."""

    code = "already_asked"
    message = _("A request for this order is being looked at already.")


class TooLate(Refusal):
    """The time in which a hardship can be told is over."""

    code = "too_late"
    message = _("This was too long ago: please ask within %(days)s days.")


class BadEvidence(Refusal):
    """Not a picture or a PDF, too many or too large."""

    code = "bad_evidence"
    status = 400
    message = _("Please give up to %(files)s files, each a JPEG, PNG or PDF of at most 2 MB.")


class NotOpen(Refusal):
    """The request is decided already."""

    code = "not_open"
    message = _("This request does not wait for you (any more).")


class SecondPerson(Refusal):
    """Who asked or decided cannot be the second person."""

    code = "second_person"
    message = _(
        "Somebody else must decide this: it is yours, or you have asked for it or decided it."
    )


def ask(
    *,
    order: Order,
    parts: Mapping[int, Sequence[str]],
    words: str,
    files: Sequence[bytes],
    actor: str,
    at: datetime,
) -> RefundRequest:
    """A buyer asks for money back beyond the terms: ill, or something nobody could help.

    :raises NotCancellable: as ``quote``. :raises TooLate, AlreadyAsked, BadEvidence: nothing was kept.
    """
    quote(order=order, parts=parts, at=at)
    starts = Line.objects.filter(pk__in=parts).values_list("starts_at", flat=True)
    if any(at > start + ASK_WITHIN for start in starts):
        raise TooLate(days=ASK_WITHIN.days)
    kinds = [_kind(raw) for raw in files]
    if len(files) > MOST_FILES:
        raise BadEvidence(files=MOST_FILES, field="evidence")
    with transaction.atomic(durable=True):
        asked = _open(order, parts, words, actor, at)
        Evidence.objects.bulk_create(
            Evidence(request=asked, content_type=kind, sealed=_seal(raw), given_at=at)
            for raw, kind in zip(files, kinds, strict=True)
        )
    return asked


def _kind(raw: bytes) -> str:
    for beginning, kind in _KINDS.items():
        if raw.startswith(beginning) and len(raw) <= MOST_BYTES:
            return kind
    raise BadEvidence(files=MOST_FILES, field="evidence")


def _seal(raw: bytes) -> str:
    return seals.seal(base64.b64encode(raw).decode(), purpose=_PURPOSE)


def _open(
    order: Order, parts: Mapping[int, Sequence[str]], words: str, actor: str, at: datetime
) -> RefundRequest:
    try:
        with transaction.atomic():
            return RefundRequest.objects.create(
                order=order,
                parts={str(line_id): list(keys) for line_id, keys in parts.items()},
                words=words[:500],
                asked_by=actor,
                asked_at=at,
            )
    except IntegrityError:
        raise AlreadyAsked from None


def by_staff(
    *,
    order: Order,
    parts: Mapping[int, Sequence[str]],
    shown_fen: int,
    refund_fen: int,
    words: str,
    actor: str,
    at: datetime,
) -> RefundRequest | None:
    """Staff cancel parts for a sum: at once, or, above the limit, once a second person approves it.

    The limit is for all that staff return of one order, in however many steps. ``shown_fen`` is what
    the terms gave when the page was shown. None: done at once.

    :raises RefundMoved, NotCancellable, TooMuch, AlreadyAsked, SecondPerson: nothing has changed.
    """
    with transaction.atomic(durable=True):
        order = _order_locked(order.pk)
        _refuse_own(actor, order)
        quoted = quote(order=order, parts=parts, at=at)
        if quoted.refund_fen != shown_fen:
            raise RefundMoved(shown_fen=shown_fen, refund_fen=quoted.refund_fen)
        quoted.returning(refund_fen)
        if _is_for_one(order, refund_fen):
            cancel_for(
                order=order, parts=parts, refund_fen=refund_fen, actor=actor,
                reason=Reason.OPERATOR, at=at,
            )  # fmt: skip
            return None
        asked = _open(order, parts, words, actor, at)
        _decided(asked, refund_fen, words, actor)
        audit.record(actor=actor, action="refund.propose", subject=order.subject, at=at,
                     facts={"refund_fen": refund_fen})  # fmt: skip
    return asked


def _is_for_one(order: Order, refund_fen: int) -> bool:
    """Whether one person may decide about this sum, too. Under the order's lock."""
    by_people = Refund.objects.filter(order=order, reason__in=(Reason.OPERATOR, Reason.HARDSHIP))
    before = by_people.exclude(actor="system").aggregate(fen=Sum("amount_fen"))["fen"] or 0
    return bool(before + refund_fen <= settings.REFUND_LIMIT_FEN)


def decide(
    *, request_id: int, refund_fen: int, answer: str, actor: str, at: datetime
) -> RefundRequest:
    """Agree to a sum for a buyer's request; above the limit a second person must approve it.

    :raises NotOpen: decided already. :raises SecondPerson: who asked, or whose order it is.
    :raises TooMuch: nothing, or more than came in.
    """
    with transaction.atomic(durable=True):
        asked = _locked(request_id, RequestState.ASKED)
        _refuse_own(actor, asked.order, asked.asked_by)
        quoted = quote(order=asked.order, parts=asked.part_keys, at=at)
        if refund_fen <= 0:
            raise TooMuch(most_fen=quoted.received_fen)
        quoted.returning(refund_fen)
        _decided(asked, refund_fen, answer, actor)
        audit.record(actor=actor, action="refund.decide", subject=asked.order.subject, at=at,
                     facts={"refund_fen": refund_fen})  # fmt: skip
        if _is_for_one(asked.order, refund_fen):
            _carry_out(asked, actor, at)
    return asked


def _refuse_own(actor: str, order: Order, *others: str) -> None:
    """Nobody decides about money of their own, or twice."""
    if actor in others or orders.is_own(order, actor):
        raise SecondPerson


def _decided(asked: RefundRequest, refund_fen: int, answer: str, actor: str) -> None:
    asked.state, asked.refund_fen = RequestState.DECIDED, refund_fen
    asked.decided_by, asked.answer = actor, answer[:500]
    asked.save(update_fields=["state", "refund_fen", "decided_by", "answer"])


def approve(*, request_id: int, actor: str, at: datetime) -> RefundRequest:
    """The second person says yes: the parts are cancelled and the money goes back.

    :raises NotOpen: not waiting for one. :raises SecondPerson: the same person again.
    :raises NotCancellable: a part was used or cancelled meanwhile; nothing has changed.
    """
    with transaction.atomic(durable=True):
        asked = _locked(request_id, RequestState.DECIDED)
        _refuse_own(actor, asked.order, asked.decided_by, asked.asked_by)
        asked.approved_by = actor
        asked.save(update_fields=["approved_by"])
        audit.record(actor=actor, action="refund.approve", subject=asked.order.subject, at=at,
                     facts={"refund_fen": asked.refund_fen})  # fmt: skip
        _carry_out(asked, actor, at)
    return asked


def _carry_out(asked: RefundRequest, actor: str, at: datetime) -> None:
    is_staff = asked.asked_by == asked.decided_by
    cancel_for(
        order=asked.order,
        parts=asked.part_keys,
        refund_fen=asked.refund_fen or 0,
        actor=actor,
        reason=Reason.OPERATOR if is_staff else Reason.HARDSHIP,
        at=at,
    )
    _close(asked, RequestState.DONE, at)


def refuse(*, request_id: int, answer: str, actor: str, at: datetime) -> RefundRequest:
    """Say no, as the first or as the second person; nothing is cancelled.

    :raises NotOpen: closed already.
    """
    with transaction.atomic(durable=True):
        asked = _locked(request_id, RequestState.ASKED, RequestState.DECIDED)
        asked.answer = answer[:500]
        asked.save(update_fields=["answer"])
        _close(asked, RequestState.REFUSED, at)
        audit.record(actor=actor, action="refund.refuse", subject=asked.order.subject, at=at)
    return asked


def _close(asked: RefundRequest, state: RequestState, at: datetime) -> None:
    asked.state, asked.closed_at = state, at
    asked.save(update_fields=["state", "closed_at"])


def _order_locked(order_id: int) -> Order:
    return Order.objects.select_for_update(no_key=True).get(pk=order_id)


def _locked(request_id: int, *states: RequestState) -> RefundRequest:
    """The order before the request, as everywhere."""
    _order_locked(RefundRequest.objects.values_list("order_id", flat=True).get(pk=request_id))
    found = RefundRequest.objects.select_for_update(no_key=True, of=("self",)).filter(
        pk=request_id, state__in=states
    )
    asked = found.select_related("order").first()
    if asked is None:
        raise NotOpen
    return asked


def read_evidence(*, evidence: Evidence, actor: str, at: datetime) -> bytes:
    """The file in plain, for whoever decides; looking is written down."""
    order = evidence.request.order
    audit.record(actor=actor, action="refund.see-evidence", subject=order.subject, at=at)
    return base64.b64decode(seals.unseal(evidence.sealed, purpose=_PURPOSE))


def wipe_evidence(*, at: datetime) -> int:
    """Delete evidence 30 days after the decision; return how many files."""
    old = Evidence.objects.filter(request__closed_at__lte=at - KEEP_EVIDENCE_FOR)
    deleted, _rows = old.delete()
    return deleted
