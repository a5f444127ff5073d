"""Pay in, spend, give back, let bonuses expire. The row, its grants and the books move together.

Spent is the bonus first, that which expires soonest first; then what was paid in. What comes back goes
where it came from in the same proportion, a bonus with the day on which it expires.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.balance.models import Account, Grant, Offer, Return, Spending, TopUp
from bookings.ledger import operations as ledger
from bookings.payments.models import Purpose
from bookings.payments.operations import Payable
from kernel import codes
from kernel.errors import Refusal

LEAST_FEN, MOST_FEN = 100, 500_000
PAY_WITHIN = timedelta(hours=2)
NOWHERE = 0
"""A balance belongs to no region."""


class BadSum(Refusal):
    """Too little or too much to be paid in at once."""

    code = "bad_sum"
    status = 400
    message = gettext_lazy("Please pay in between %(least_fen)s and %(most_fen)s.")


class OfferGone(Refusal):
    """The offer is no longer the one that was shown."""

    code = "offer_gone"
    message = gettext_lazy("This offer is no longer there. Please choose again.")


def open_account(actor: str, currency: str = "CNY") -> Account:
    """The person's balance, made when there is none."""
    account, _is_new = Account.objects.get_or_create(actor=actor, currency=currency)
    return account


def ask_top_up(*, actor: str, pay_fen: int, bonus_fen: int, at: datetime) -> TopUp:
    """A wish to pay in; the bonus shown must be the one that is offered for this sum now.

    :raises BadSum: out of bounds. :raises OfferGone: another bonus than shown.
    """
    if not LEAST_FEN <= pay_fen <= MOST_FEN:
        raise BadSum(field="sum", least_fen=LEAST_FEN, most_fen=MOST_FEN)
    offer = Offer.objects.filter(pay_fen=pay_fen, is_on=True).first()
    if bonus_fen != (offer.bonus_fen if offer else 0):
        raise OfferGone(field="sum")
    return TopUp.objects.create(
        account=open_account(actor),
        pay_fen=pay_fen,
        bonus_fen=bonus_fen,
        bonus_days=offer.bonus_days if offer else 1,
        asked_at=at,
    )


def payable_of(top_up: TopUp, *, language: str, at: datetime) -> Payable:
    """A top-up in the words of payments."""
    return Payable(
        purpose=Purpose.TOP_UP,
        purpose_id=top_up.pk,
        amount_fen=top_up.pay_fen,
        currency=top_up.account.currency,
        words=_("Balance top-up"),
        language=language,
        payer=top_up.account.actor,
        closes_at=at + PAY_WITHIN,
    )


def credit(*, facts: Mapping[str, Any], at: datetime) -> None:
    """Money for a top-up has come: once it counts with its bonus, a second time as money alone.

    Runs in the outbox's transaction. What came in is the holder's in any case.
    """
    top_up = TopUp.objects.select_related("account").get(pk=facts["purpose_id"])
    account = Account.objects.select_for_update(no_key=True).get(pk=top_up.account_id)
    fen = facts["amount_fen"]
    unpaid = TopUp.objects.filter(pk=top_up.pk, paid_at__isnull=True, pay_fen=fen)
    is_first = unpaid.update(paid_at=at, attempt_id=facts["attempt_id"]) == 1
    bonus = top_up.bonus_fen if is_first else 0
    postings = [
        (f"provider:{facts['provider']}", fen),
        (f"balance:{account.pk}", -fen),
        (f"bonus-given:{NOWHERE}", bonus),
        (f"bonus:{account.pk}", -bonus),
    ]
    post(f"received:attempt:{facts['attempt_id']}", account, "paid into a balance", postings, at)
    if bonus:
        expires_at = at + timedelta(days=top_up.bonus_days)
        Grant.objects.create(account=account, top_up=top_up, left_fen=bonus, expires_at=expires_at)
    Account.objects.filter(pk=account.pk).update(
        paid_fen=F("paid_fen") + fen, bonus_fen=F("bonus_fen") + bonus
    )


def spend(
    *, actor: str, token: str, amount_fen: int, currency: str, words: str, at: datetime
) -> bool:
    """Pay from a balance, once for a token.

    False where there is not enough or the balance is blocked, and nothing is moved.
    """
    with transaction.atomic(durable=True):
        found = Account.objects.filter(actor=actor, currency=currency)
        account = found.select_for_update(no_key=True).first()
        if account is None:
            return False
        if Spending.objects.filter(token=token).exists():
            return True
        bonus = _take_bonus(account, amount_fen, at)
        paid = amount_fen - sum(bonus.values())
        if not _take(account, paid, sum(bonus.values())):
            transaction.set_rollback(True)
            return False
        Spending.objects.create(
            account=account, token=token, words=words[:60], paid_fen=paid, bonus=bonus, at=at
        )
        post(
            f"spent:{token}",
            account,
            "paid from a balance",
            [
                (f"balance:{account.pk}", paid),
                (f"bonus:{account.pk}", sum(bonus.values())),
                ("provider:balance", -amount_fen),
            ],
            at,
        )
    return True


def _take(account: Account, paid_fen: int, bonus_fen: int) -> bool:
    enough = Account.objects.filter(
        pk=account.pk, blocked_at=None, paid_fen__gte=paid_fen, bonus_fen__gte=bonus_fen
    )
    return bool(
        enough.update(paid_fen=F("paid_fen") - paid_fen, bonus_fen=F("bonus_fen") - bonus_fen)
    )


def _take_bonus(account: Account, most_fen: int, at: datetime) -> dict[str, int]:
    """Fen by the number of the grant they come from, what expires soonest first."""
    taken: dict[str, int] = {}
    alive = Grant.objects.filter(account=account, left_fen__gt=0, expires_at__gt=at)
    for grant in alive.order_by("expires_at", "pk"):
        fen = min(grant.left_fen, most_fen - sum(taken.values()))
        if fen:
            Grant.objects.filter(pk=grant.pk).update(left_fen=F("left_fen") - fen)
            taken[str(grant.pk)] = fen
    return taken


def give_back(*, token: str, return_token: str, amount_fen: int, at: datetime) -> bool:
    """Return a part of a payment to the balance it came from, once for a token; False: too much."""
    with transaction.atomic(durable=True):
        account = _account_of(token)
        if account is None or amount_fen <= 0:
            return False
        spending = Spending.objects.get(token=token)
        if Return.objects.filter(token=return_token).exists():
            return True
        after = spending.returned_fen + amount_fen
        if after > spending.whole_fen:
            return False
        before_paid = spending.paid_fen * spending.returned_fen // spending.whole_fen
        paid = spending.paid_fen * after // spending.whole_fen - before_paid
        bonus = amount_fen - paid
        Return.objects.create(
            spending=spending, token=return_token, paid_fen=paid, bonus_fen=bonus, at=at
        )
        Spending.objects.filter(pk=spending.pk).update(returned_fen=after)
        _give_back_bonus(spending, bonus)
        Account.objects.filter(pk=account.pk).update(
            paid_fen=F("paid_fen") + paid, bonus_fen=F("bonus_fen") + bonus
        )
        post(
            f"returned:{return_token}",
            account,
            "returned to a balance",
            [
                ("provider:balance", amount_fen),
                (f"balance:{account.pk}", -paid),
                (f"bonus:{account.pk}", -bonus),
            ],
            at,
        )
    return True


def _account_of(token: str) -> Account | None:
    """The balance that a payment came from, locked: whatever moves its grants locks it first."""
    found = Account.objects.filter(spendings__token=token)
    return found.select_for_update(no_key=True, of=("self",)).first()


def _give_back_bonus(spending: Spending, fen: int) -> None:
    """Into the grants it came from, what expires last first: the buyer has it longest."""
    known = Grant.objects.filter(pk__in=[int(pk) for pk in spending.bonus]).order_by("-expires_at")
    before = sum(each.bonus_fen for each in spending.returns.all()) - fen
    for grant in known:
        room = spending.bonus[str(grant.pk)]
        skipped = min(before, room)
        before -= skipped
        some = min(room - skipped, fen)
        if some:
            Grant.objects.filter(pk=grant.pk).update(left_fen=F("left_fen") + some)
            fen -= some


def expire(*, at: datetime) -> int:
    """Bonuses whose day has come are gone; how many."""
    due = Grant.objects.filter(left_fen__gt=0, expires_at__lte=at)
    count = 0
    for account_id in sorted(set(due.values_list("account_id", flat=True)[:500])):
        with transaction.atomic(durable=True):
            account = Account.objects.select_for_update(no_key=True).get(pk=account_id)
            gone = list(due.filter(account=account))
            fen = sum(grant.left_fen for grant in gone)
            due.filter(pk__in=[grant.pk for grant in gone]).update(left_fen=0)
            Account.objects.filter(pk=account.pk).update(bonus_fen=F("bonus_fen") - fen)
            for grant in gone:
                postings = [
                    (f"bonus:{account.pk}", grant.left_fen),
                    (f"bonus-given:{NOWHERE}", -grant.left_fen),
                ]
                # A return may have filled it again after it had expired once, even in this moment.
                key = f"expired:{grant.pk}:{codes.new_token()}"
                post(key, account, "bonus expired", postings, at)
            count += len(gone)
    return count


def post(
    key: str, account: Account, memo: str, postings: list[tuple[str, int]], at: datetime
) -> None:
    """Book what a balance has moved."""
    ledger.post(
        key=key,
        subject=account.subject,
        memo=memo,
        postings=postings,
        region_id=NOWHERE,
        currency=account.currency,
        at=at,
    )
