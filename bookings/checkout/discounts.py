"""What became of each campaign and coupon in a cart, in words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from bookings.campaigns.applying import Discounted
from bookings.campaigns.queries import Own
from bookings.campaigns.rules import Rule
from bookings.campaigns.telling import effect_words, why_words
from kernel.naming import say


@dataclass(frozen=True, slots=True)
class Row:
    """One campaign: what it takes off now, in fen, or why it does not. ``coupon_id`` 0: no coupon."""

    title: str
    note: str
    fen: int = 0
    why: str = ""
    coupon_id: int = 0
    is_kept: bool = False

    @property
    def is_applied(self) -> bool:
        return self.fen > 0


def rows_of(priced: Discounted, coupons: Sequence[Own], kept: Collection[int]) -> Iterator[Row]:
    """What counts first, then the coupons that do not, with why."""
    ids = {own.rule.code: own.coupon.pk for own in coupons}
    for each in priced.applied:
        yield _row(each.rule, ids.get(each.rule.code, 0), fen=each.total_fen)
    for unused in priced.unused:
        if unused.rule.code in ids:
            yield _row(unused.rule, ids[unused.rule.code], why=why_words(unused))
    for own in coupons:
        if not own.is_good:
            yield _row(own.rule, own.coupon.pk, why=_("It is used up."))
        elif own.coupon.pk in kept:
            yield _row(own.rule, own.coupon.pk, why=_("You keep it for later."), is_kept=True)


def _row(rule: Rule, coupon_id: int, *, fen: int = 0, why: str = "", is_kept: bool = False) -> Row:
    return Row(say(rule.title), effect_words(rule), fen, why, coupon_id, is_kept)


def coupons_among(rules: Sequence[Rule]) -> tuple[int, ...]:
    """The coupons that these rules are of: "c12.34" is coupon 34."""
    return tuple(int(rule.code.partition(".")[2]) for rule in rules if rule.buckets)
