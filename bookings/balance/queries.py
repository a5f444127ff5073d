"""Reads of balances."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject

from bookings.balance.models import Account, Credit, Grant, Offer, Spending, TopUp


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


def bonus_for(pay_fen: int) -> int:
    """What is given on top of a sum now, in fen."""
    return offers().filter(pay_fen=pay_fen).values_list("bonus_fen", flat=True).first() or 0


def own_top_up(actor: str, top_up_id: int) -> TopUp | None:
    """A top-up of this person's, paid or not."""
    mine = TopUp.objects.filter(account__actor=actor)
    return mine.select_related("account").filter(pk=top_up_id).first()


def bonus_in(tokens: Collection[str]) -> int:
    """What of these payments, by their tokens, came out of bonuses when they were made, in fen."""
    return sum(each.bonus_fen for each in Spending.objects.filter(token__in=tokens))


def bonuses_by_key(named: Mapping[str, int]) -> dict[int, int]:
    """The bonus of each credit, in fen, by what its key stands for. One statement or none."""
    rows = Credit.objects.filter(key__in=named) if named else Credit.objects.none()
    return {named[key]: fen for key, fen in rows.values_list("key", "bonus_fen")}


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody can spend, in fen: paid in, and what is left of each bonus until when."""

    paid_fen: int = 0
    bonuses: tuple[tuple[int, datetime], ...] = ()

    @property
    def left_fen(self) -> int:
        return self.paid_fen + sum(fen for fen, _until in self.bonuses)


def standing(actor: str, *, at: datetime, currency: str = "CNY") -> Standing:
    """What a person can spend now, read in one statement: what moves meanwhile tears no sum apart.

    A bonus whose day has come counts no more, swept away or not; while it is blocked, nothing does.
    """
    alive = Grant.objects.filter(account=OuterRef("pk"), left_fen__gt=0, expires_at__gt=at)
    each = alive.order_by("expires_at").values_list(
        JSONObject(fen="left_fen", until="expires_at"), flat=True
    )
    mine = Account.objects.filter(actor=actor, currency=currency)
    account = mine.annotate(alive=ArraySubquery(each)).first()
    if account is None or account.blocked_at is not None:
        return Standing()
    left = tuple((row["fen"], datetime.fromisoformat(row["until"])) for row in account.alive)
    return Standing(account.paid_fen, left)


def history(account: Account, *, most: int = 50) -> Sequence[Movement]:
    """The last movements, newest first."""
    paid_in = account.top_ups.filter(paid_at__isnull=False).order_by("-paid_at")[:most]
    spent = account.spendings.order_by("-at")[:most]
    moves = [Movement(t.paid_at, "IN", "", t.pay_fen) for t in paid_in if t.paid_at]
    moves += [
        Movement(t.paid_at, "BONUS", "", t.bonus_fen) for t in paid_in if t.paid_at and t.bonus_fen
    ]
    credits = account.credits.order_by("-at")[:most]
    moves += [Movement(c.at, "CREDIT", c.words, c.fen) for c in credits]
    moves += [Movement(c.at, "BONUS", "", c.bonus_fen) for c in credits if c.bonus_fen]
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
