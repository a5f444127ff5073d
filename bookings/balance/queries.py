"""Reads of balances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet, Sum

from bookings.balance.models import Account, Grant, Offer, TopUp


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of a balance's history; ``fen`` is above zero where it grew."""

    at: datetime
    kind: str
    words: str
    fen: int


def find(actor: str) -> Account | None:
    """A person's balance, or None."""
    return Account.objects.filter(actor=actor).first()


def offers() -> QuerySet[Offer]:
    """What is offered for paying in, the smallest first."""
    return Offer.objects.filter(is_on=True).order_by("pay_fen")


def own_top_up(actor: str, top_up_id: int) -> TopUp | None:
    """A top-up of this person's that is not paid yet."""
    mine = TopUp.objects.filter(account__actor=actor, paid_at__isnull=True)
    return mine.select_related("account").filter(pk=top_up_id).first()


def bonuses(account: Account, *, at: datetime) -> QuerySet[Grant]:
    """What is left of bonuses, what expires soonest first."""
    alive = Grant.objects.filter(account=account, left_fen__gt=0, expires_at__gt=at)
    return alive.order_by("expires_at")


def left_fen(account: Account, *, at: datetime) -> int:
    """What can be spent: a bonus whose day has come counts no more, and while it is blocked nothing."""
    if account.blocked_at is not None:
        return 0
    alive = bonuses(account, at=at).aggregate(fen=Sum("left_fen"))["fen"] or 0
    return account.paid_fen + int(alive)


def history(account: Account, *, most: int = 50) -> Sequence[Movement]:
    """The last movements, newest first."""
    paid_in = account.top_ups.filter(paid_at__isnull=False).order_by("-paid_at")[:most]
    spent = account.spendings.order_by("-at")[:most]
    moves = [Movement(t.paid_at, "IN", "", t.pay_fen) for t in paid_in if t.paid_at]
    moves += [
        Movement(t.paid_at, "BONUS", "", t.bonus_fen) for t in paid_in if t.paid_at and t.bonus_fen
    ]
    moves += [Movement(s.at, "SPENT", s.words, -s.whole_fen) for s in spent]
    moves += [
        Movement(r.at, "BACK", s.words, r.paid_fen + r.bonus_fen)
        for s in spent.prefetch_related("returns")
        for r in s.returns.all()
    ]
    moves += [
        Movement(t.at, "TAKEN", "", -t.paid_fen - t.bonus_fen)
        for t in account.taken_back.order_by("-at")[:most]
    ]
    return sorted(moves, key=lambda each: each.at, reverse=True)[:most]
