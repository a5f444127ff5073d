"""Pay by a tab, give back, bill each month, take in what was paid. Tab, items and books move together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Sum
from django.utils.translation import gettext as _

from bookings.ledger import operations as ledger
from bookings.ledger import queries as books
from bookings.payments.models import Attempt, DisputeState, Purpose
from bookings.payments.operations import Payable
from bookings.payments.operations.outside import count_outside
from bookings.tabs import queries
from bookings.tabs.models import Bill, Item, Tab

PAY_WITHIN = timedelta(hours=2)
"""How long a payment page for a bill stays open."""


def charge(
    *, actor: str, token: str, amount_fen: int, currency: str, words: str, at: datetime
) -> bool:
    """Pay by the tab that the payer is on, once for a token.

    False, and nothing is moved: no such tab, it is closed, a bill is late, or the limit is reached.
    """
    with transaction.atomic(durable=True):
        tab = queries.find(actor)
        if tab is not None:
            tab = Tab.objects.select_for_update(no_key=True).get(pk=tab.pk)
        if Item.objects.filter(token=token).exists():
            return True
        if tab is None or tab.currency != currency or not _take(tab, amount_fen, at):
            return False
        Item.objects.create(
            tab=tab, token=token, fen=amount_fen, actor=actor, words=words[:60], at=at
        )
        _post(
            f"tab:{token}",
            tab,
            "paid by a tab",
            [(tab.subject, amount_fen), ("provider:tab", -amount_fen)],
            at,
        )
    return True


def _take(tab: Tab, fen: int, at: datetime) -> bool:
    within = Tab.objects.filter(
        ~Exists(Bill.objects.filter(tab=OuterRef("pk"), paid_at=None, due_at__lte=at)),
        pk=tab.pk,
        is_open=True,
        limit_fen__gte=F("used_fen") + fen,
    )
    return within.update(used_fen=F("used_fen") + fen) == 1


def give_back(*, token: str, return_token: str, amount_fen: int, at: datetime) -> bool:
    """Take a part of a payment off the tab again, once for a token; False: more than was paid.

    What was billed already makes the next bill smaller.
    """
    with transaction.atomic(durable=True):
        item = Item.objects.filter(token=token).select_related("tab").first()
        if item is None or amount_fen <= 0:
            return False
        Tab.objects.select_for_update(no_key=True).get(pk=item.tab_id)
        if Item.objects.filter(token=return_token).exists():
            return True
        enough = Item.objects.filter(pk=item.pk, fen__gte=F("returned_fen") + amount_fen)
        if not enough.update(returned_fen=F("returned_fen") + amount_fen):
            return False
        _credit(item.tab, return_token, amount_fen, item.words, at, of=item)
        _post(
            f"tab-return:{return_token}",
            item.tab,
            "returned to a tab",
            [("provider:tab", amount_fen), (item.tab.subject, -amount_fen)],
            at,
        )
    return True


def _credit(
    tab: Tab, token: str, fen: int, words: str, at: datetime, *, of: Item | None = None
) -> None:
    Item.objects.create(tab=tab, token=token, fen=-fen, of=of, words=words, at=at)
    Tab.objects.filter(pk=tab.pk).update(used_fen=F("used_fen") - fen)


def bill_months(*, at: datetime) -> int:
    """Bill what was used in months that are over; how many bills. Repeating it changes nothing.

    Where more came back than was used, there is no bill: it is set off against the next one.
    """
    unbilled = Item.objects.filter(bill=None).values_list("tab_id", flat=True).distinct()
    return sum(_bill(tab_id, at) for tab_id in sorted(unbilled))


def _bill(tab_id: int, at: datetime) -> bool:
    with transaction.atomic(durable=True):
        rows = Tab.objects.select_for_update(no_key=True, of=("self",)).select_related("region")
        tab = rows.get(pk=tab_id)
        this_month = tab.region.local_date(at).replace(day=1)
        ended_at = tab.region.at(this_month, time(0))
        items = Item.objects.filter(tab=tab, bill=None, at__lt=ended_at)
        fen = items.aggregate(fen=Sum("fen"))["fen"] or 0
        month = (this_month - timedelta(days=1)).replace(day=1)
        if fen <= 0 or Bill.objects.filter(tab=tab, month=month).exists():
            return False
        bill = Bill.objects.create(
            tab=tab, month=month, amount_fen=fen, issued_at=at, due_at=_due_at(tab, at)
        )
        items.update(bill=bill)
    return True


def _due_at(tab: Tab, at: datetime) -> datetime:
    """The end of the last day on which it may be paid."""
    last: date = tab.region.local_date(at) + timedelta(days=tab.pay_within_days)
    return tab.region.at(last, time(23, 59, 59))


def payable_of(bill: Bill, *, payer: str, language: str, at: datetime) -> Payable:
    """A bill in the words of payments."""
    return Payable(
        purpose=Purpose.BILL,
        purpose_id=bill.pk,
        amount_fen=bill.amount_fen,
        currency=bill.tab.currency,
        words=_("Bill for %(month)s") % {"month": f"{bill.month:%Y-%m}"},
        language=language,
        payer=payer,
        closes_at=at + PAY_WITHIN,
    )


def settle(*, facts: Mapping[str, Any], at: datetime) -> None:
    """Money for a bill has come. What comes twice is set off against the next bill.

    Runs in the outbox's transaction. ``facts``: attempt_id, purpose_id, amount_fen, provider.
    """
    bill = Bill.objects.get(pk=facts["purpose_id"])
    tab = Tab.objects.select_for_update(no_key=True).get(pk=bill.tab_id)
    fen, attempt_id = facts["amount_fen"], facts["attempt_id"]
    if _mark_paid(bill, fen, attempt_id, at):
        Tab.objects.filter(pk=tab.pk).update(used_fen=F("used_fen") - fen)
    else:
        _credit(tab, f"attempt:{attempt_id}", fen, _("Paid twice"), at)
    _post(
        f"received:attempt:{attempt_id}",
        tab,
        "bill paid",
        [(f"provider:{facts['provider']}", fen), (tab.subject, -fen)],
        at,
    )


def _mark_paid(bill: Bill, fen: int, attempt_id: int, at: datetime) -> bool:
    unpaid = Bill.objects.filter(pk=bill.pk, paid_at=None, amount_fen=fen)
    return unpaid.update(paid_at=at, attempt_id=attempt_id) == 1


def note_outside(*, facts: Mapping[str, Any], at: datetime) -> None:
    """A provider has returned the payment of a bill without us: the tab owes it again, and is closed.

    Runs in the outbox's transaction. ``facts``: attempt_id, purpose, purpose_id, provider.
    """
    if facts["purpose"] != Purpose.BILL:
        return
    attempt_id = facts["attempt_id"]
    if fen := count_outside(attempt_id):
        told = Attempt.objects.get(pk=attempt_id).refunded_fen
        key = f"outside:attempt:{attempt_id}:{told}"
        _owe_again(facts, fen, key, f"provider:{facts['provider']}", at)


def note_dispute(*, facts: Mapping[str, Any], at: datetime) -> None:
    """A bank disputes the payment of a bill: the tab is closed; decided for the holder, it owes again.

    There may be several disputes of one payment: each time what was not owed again before.
    Runs in the outbox's transaction. ``facts``: attempt_id, purpose, purpose_id.
    """
    attempt = Attempt.objects.get(pk=facts["attempt_id"])
    if facts["purpose"] != Purpose.BILL or attempt.dispute == DisputeState.WON:
        return
    Tab.objects.filter(bills=facts["purpose_id"]).update(is_open=False)
    key = f"lost:attempt:{attempt.pk}"
    fen = attempt.disputed_fen + books.moved("lost:0", key=key)
    if attempt.dispute == DisputeState.LOST and fen > 0:
        _owe_again(facts, fen, f"{key}:{attempt.disputed_fen}", "lost:0", at)


def _owe_again(facts: Mapping[str, Any], fen: int, key: str, leaves: str, at: datetime) -> None:
    """A bill that was paid so is open again; a part of it, or what came twice, is on the next bill."""
    bill = Bill.objects.get(pk=facts["purpose_id"])
    tab = Tab.objects.select_for_update(no_key=True).get(pk=bill.tab_id)
    Tab.objects.filter(pk=tab.pk).update(used_fen=F("used_fen") + fen, is_open=False)
    paid_so = Bill.objects.filter(pk=bill.pk, attempt_id=facts["attempt_id"], amount_fen=fen)
    if not paid_so.update(paid_at=None, attempt_id=None):
        words = _("Payment taken back")
        Item.objects.create(tab=tab, token=key, fen=fen, words=words, at=at)
    _post(key, tab, "payment taken back", [(tab.subject, fen), (leaves, -fen)], at)


def _post(key: str, tab: Tab, memo: str, postings: Sequence[tuple[str, int]], at: datetime) -> None:
    ledger.post(
        key=key,
        subject=tab.subject,
        memo=memo,
        postings=postings,
        region_id=tab.region_id,
        currency=tab.currency,
        at=at,
    )
