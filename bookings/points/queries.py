"""Reads of points: the rules that hold, what somebody has, and what of it is gone when."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet, Sum

from bookings.campaigns.classes import Whose
from bookings.campaigns.rules import Effect, Rule
from bookings.contracts import Words
from bookings.inventory import queries as inventory
from bookings.ledger.models import Posting
from bookings.points.models import CURRENCY, Account, Batch, Scheme
from bookings.points.tiers import Rank
from kernel.memo import Memo

TITLE = {"zh-hans": "积分抵扣", "en": "Points"}
"""How a price that points have made smaller says it."""

TWELVE_MONTHS = timedelta(days=365)
"""So long what was earned counts for the class of a member."""

_CODE = "points:"

_schemes: Memo[int, tuple[Scheme, ...]] = Memo(seconds=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody has: points that can be spent, or below zero, and what that pays at most in fen."""

    account: Account
    points: int
    scheme: Scheme

    @property
    def worth_fen(self) -> int:
        return self.scheme.worth_fen(self.points)

    @property
    def most_percent(self) -> str:
        """How much of a price they pay at most: "50", "33.3"."""
        return percent(self.scheme.most_permille)

    @property
    def rule(self) -> Rule:
        """What they take off a price: after every campaign, of what those have left."""
        return Rule(
            code=f"{_CODE}{self.account.pk}",
            title=TITLE,
            effect=Effect.AMOUNT,
            amount_fen=self.worth_fen,
            most_permille=self.scheme.most_permille,
            budget_id=self.account.bucket_id,
            budget_fen=self.worth_fen,
            budget_per_yuan=self.scheme.per_yuan,
            is_last=True,
        )


@dataclass(frozen=True, slots=True)
class Left:
    """So many points are gone at a moment if they are not spent before."""

    points: int
    expires_at: datetime


class MemberClasses:
    """What campaigns ask about classes."""

    def held(self, wanted: Collection[Whose], *, at: datetime) -> Mapping[Whose, frozenset[str]]:
        """The codes of the classes that each buyer has reached."""
        return {whose: rank.codes for whose, rank in ranks(wanted, at=at).items()}

    def published(self, region_id: int, *, at: datetime) -> Mapping[str, Words]:
        """The classes of a region, the lowest first."""
        scheme = scheme_at(region_id, at)
        return {tier.code: tier.words for tier in scheme.classes} if scheme else {}


def percent(permille: int) -> str:
    """500 is "50", 333 is "33.3"."""
    whole, tenths = divmod(permille, 10)
    return f"{whole}.{tenths}" if tenths else str(whole)


def is_points(code: str) -> bool:
    """Whether a discount was paid with points."""
    return code.startswith(_CODE)


def scheme_at(region_id: int, at: datetime) -> Scheme | None:
    """The rules of a region at a moment, as they were published a second ago; None: it has no points."""
    held = _schemes.get(region_id, _read_schemes)
    return next((each for each in held if each.valid_from <= at), None)


def _read_schemes(region_id: int) -> tuple[Scheme, ...]:
    rows = Scheme.objects.filter(region=region_id).select_related("region")
    return tuple(rows.order_by("-valid_from"))


def last_scheme(region_id: int) -> Scheme | None:
    """The newest version, though it may hold only later."""
    return Scheme.objects.filter(region=region_id).order_by("-valid_from").first()


def standings(
    wanted: Collection[tuple[str, int]], *, at: datetime
) -> dict[tuple[str, int], Standing]:
    """What these people have in these regions, by holder and region; who has no account is absent."""
    holders = {holder for holder, _region in wanted}
    accounts = [
        each
        for each in (Account.objects.filter(holder__in=holders) if holders else ())
        if (each.holder, each.region_id) in wanted
    ]
    left = inventory.left([each.bucket_id for each in accounts]) if accounts else {}
    return {
        (each.holder, each.region_id): Standing(
            each, left.get(each.bucket_id, 0) - each.owed, scheme
        )
        for each in accounts
        if (scheme := scheme_at(each.region_id, at))
    }


def standing(holder: str, region_id: int, *, at: datetime) -> Standing | None:
    """What one person has in a region, or None."""
    return standings({(holder, region_id)}, at=at).get((holder, region_id))


def ranks(wanted: Collection[Whose], *, at: datetime) -> dict[Whose, Rank]:
    """The classes of these people in these regions; who earned nothing has none of them reached."""
    earned = dict.fromkeys(wanted, 0)
    rows = Batch.objects.filter(
        account__holder__in={holder for holder, _region in wanted}, earned_at__gt=at - TWELVE_MONTHS
    )
    sums = rows.values_list("account__holder", "account__region_id").annotate(n=Sum("points"))
    for holder, region_id, points in sums if wanted else ():
        if (holder, region_id) in earned:
            earned[holder, region_id] = points
    return {
        whose: Rank(points, scheme.classes)
        for whose, points in earned.items()
        if (scheme := scheme_at(whose[1], at)) is not None
    }


def accounts_of(holder: str) -> list[Account]:
    """A person's accounts, one a region."""
    rows = Account.objects.filter(holder=holder).select_related("region")
    return list(rows.order_by("region__slug"))


def by_bucket(bucket_ids: Iterable[int]) -> dict[int, Account]:
    """The accounts that these Buckets are of."""
    return {each.bucket_id: each for each in Account.objects.filter(bucket_id__in=set(bucket_ids))}


def history(account: Account) -> QuerySet[Posting]:
    """Every movement in the ledger; what is below zero has made the points more."""
    moved = Posting.objects.filter(account=account.subject, currency=CURRENCY)
    return moved.select_related("entry")


def left_by_day(accounts: Collection[Account]) -> Mapping[int, Sequence[Left]]:
    """What each account still has, by when it is gone, the soonest first, by the account's id.

    What was spent or expired counts against what is gone soonest: so nothing of it is written down.
    """
    left = inventory.left([each.bucket_id for each in accounts])
    batches: dict[int, list[Batch]] = {each.pk: [] for each in accounts}
    for batch in Batch.objects.filter(account__in=accounts).order_by("expires_at", "pk"):
        batches[batch.account_id].append(batch)
    return {
        each.pk: _left(batches[each.pk], left.get(each.bucket_id, 0) - each.owed)
        for each in accounts
    }


def _left(batches: Sequence[Batch], points: int) -> list[Left]:
    gone = sum(batch.points for batch in batches) - points
    by_day: dict[datetime, int] = {}
    for batch in batches:
        used = min(gone, batch.points)
        gone -= used
        if batch.points > used:
            by_day[batch.expires_at] = by_day.get(batch.expires_at, 0) + batch.points - used
    return [Left(points, day) for day, points in by_day.items()]


def order_of(key: str) -> int | None:
    """The order that an entry of the ledger is about, from its key, if any."""
    _points, _colon, rest = key.partition(":")
    what, _colon, rest = rest.partition(":")
    number = rest.partition(":")[0]
    return int(number) if what in ("order", "earned", "kept") and number.isdecimal() else None
