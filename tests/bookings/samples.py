"""Three sample sellers that keep the protocol honest, none of them a trade the core has heard of.

``deposit`` takes a fifth now and the rest on the day; ``later`` is metered and paid after use;
``shy`` has a supplier who answers later and may say no. Each keeps what its lines have claimed in
memory: a sample needs no tables of its own.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from bookings import terms
from bookings.contracts import (
    Answer,
    Ask,
    Claim,
    Demand,
    Done,
    Due,
    Entitlement,
    GroupPrice,
    How,
    Listing,
    Member,
    Offer,
    Outcome,
    Part,
    Pending,
    Refused,
    Renamed,
    Step,
    Terms,
    When,
)
from bookings.inventory import queries as inventory
from bookings.orders.models import Line
from kernel.errors import Refusal

LADDER = Terms(
    steps=(Step(86_400, 1000), Step(3_600, 500)),
    words={"en": "A day before: all.", "zh-hans": "提前一天全额退。"},
)


class GoneBy(Refusal):
    """The sample's only refusal."""

    code = "gone_by"


class HoldsOne(Refusal):
    """Somebody of the party has one of that day already."""


@dataclass
class Sample:
    """What the three have in common: one thing on one day, of which a bucket holds so many.

    ``ref`` is "<bucket id>:<price fen>"; the day starts at ``starts_at``. ``shelf`` has the refs that
    are listed, ``gone`` those that nobody can claim any more, ``claims`` the part keys by line id.
    """

    kind: str
    region_id: int
    supplier_id: int
    starts_at: datetime
    withdrawn: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    shelf: list[str] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    claims: dict[int, set[str]] = field(default_factory=dict)
    terms: Terms = LADDER
    zone: tzinfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    currency: str = "CNY"
    group_prices: tuple[GroupPrice, ...] = ()
    classes: tuple[str, ...] = ("",)
    holders: set[str] = field(default_factory=set)
    needs_names: bool = False

    def browse(
        self, *, region_id: int, supplier_id: int | None, first: date, last: date
    ) -> Sequence[Listing]:
        days = range(first.toordinal(), last.toordinal() + 1)
        is_asked = region_id == self.region_id and supplier_id in (None, self.supplier_id)
        if not is_asked or self.day.toordinal() not in days:
            return []
        left = inventory.left(_bucket_id(ref) for ref in self.shelf)
        return [self._listing(ref, left[_bucket_id(ref)]) for ref in self.shelf]

    def _listing(self, ref: str, left: int) -> Listing:
        return Listing(
            kind=self.kind,
            ref=ref,
            title=self.title,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            from_fen=int(ref.split(":")[1]),
            left=left,
            supplier_id=self.supplier_id,
            classes=self.classes,
            subtitle={"en": f"Room {ref}"},
        )

    @property
    def day(self) -> date:
        """The region's own day of it."""
        return self.starts_at.astimezone(self.zone).date()

    @property
    def title(self) -> dict[str, str]:
        return {"en": f"A {self.kind} thing", "zh-hans": "样品"}

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(hours=2)

    def offer(self, *, asks: Sequence[Ask], at: datetime) -> Sequence[Answer]:
        known = inventory.left(_bucket_id(ask.ref) for ask in asks)
        return [self._answer(ask, known, at) for ask in asks]

    def _answer(self, ask: Ask, known: dict[int, int], at: datetime) -> Answer:
        bucket_id = _bucket_id(ask.ref)
        if self.starts_at <= at or bucket_id not in known or not ask.party or ask.ref in self.gone:
            return GoneBy(field="ref")
        price_fen = int(ask.ref.split(":")[1])
        parts = tuple(
            Part(
                key=f"p{number}",
                title={"en": "one", "zh-hans": "一份"},
                price_fen=price_fen,
                class_code=member.class_code,
                traveller_id=member.traveller_id,
                demands=(Demand(bucket_id),),
            )
            for number, member in enumerate(ask.party)
        )
        return (
            Offer(
                kind=self.kind,
                ref=ask.ref,
                region_id=self.region_id,
                supplier_id=self.supplier_id,
                title=self.title,
                starts_at=self.starts_at,
                ends_at=self.ends_at,
                parts=parts,
                terms=self.terms,
                dues=self.dues(sum(part.price_fen for part in parts)),
                currency=self.currency,
                group_prices=self.group_prices,
                needs_names=self.needs_names,
            ),
        )

    def dues(self, total_fen: int) -> tuple[Due, ...]:
        return (Due(total_fen),)

    def conflicts(self, *, asks: Sequence[Ask], at: datetime) -> Sequence[Refusal | None]:
        return [
            HoldsOne() if {member.index for member in ask.party} & self.holders else None
            for ask in asks
        ]

    def claim(self, *, claims: Sequence[Claim], at: datetime) -> Sequence[Refusal | None]:
        return [self._hold(claim.line_id, claim.ref, claim.part_keys) for claim in claims]

    def _hold(self, line_id: int, ref: str, part_keys: Iterable[str]) -> Refusal | None:
        if ref in self.gone:
            return GoneBy()
        self.claims[line_id] = set(part_keys)
        return None

    def fulfil(self, *, lines: Sequence[Line], at: datetime) -> Sequence[Outcome]:
        return [self.outcome(line) for line in lines]

    def outcome(self, line: Line) -> Outcome:
        return Done(
            tuple(
                Entitlement(
                    part_key=part.key,
                    zone=f"{self.kind}:1",
                    valid_from=line.starts_at,
                    valid_until=line.ends_at,
                    traveller_id=part.traveller_id,
                )
                for part in line.open_parts
            )
        )

    def amend(
        self, *, old: Sequence[Line], new: Sequence[Offer], at: datetime
    ) -> Sequence[Refusal | None]:
        return [
            self._hold(line.pk, offer.ref, [part.key for part in offer.parts])
            for line, offer in zip(old, new, strict=True)
        ]

    def rename(
        self, *, line: Line, part_key: str, member: Member, at: datetime
    ) -> Renamed | Refusal:
        if member.index in self.holders:
            return HoldsOne()
        old = next(part for part in line.frozen_parts if part.key == part_key)
        return Renamed(self.part_for(old, member), line.facts)

    def part_for(self, old: Part, member: Member) -> Part:
        """The part as it would be sold to this person."""
        return dataclasses.replace(old, traveller_id=member.traveller_id)

    def withdraw(self, *, lines: Sequence[tuple[Line, Sequence[str]]], at: datetime) -> None:
        for line, keys in lines:
            self.withdrawn.append((line.pk, tuple(keys)))
            self.claims[line.pk] = self.claims.get(line.pk, set()) - set(keys)

    def refundable(self, *, line: Line, part_keys: Sequence[str], at: datetime) -> int:
        return sum(
            terms.refund_fen(
                line.frozen_terms, price_fen=part.price_fen, starts_at=line.starts_at, at=at
            )
            for part in line.frozen_parts
            if part.key in part_keys
        )


@dataclass
class Deposit(Sample):
    """A fifth is charged at once, the rest on the day."""

    def dues(self, total_fen: int) -> tuple[Due, ...]:
        now = total_fen // 5
        return (Due(now), Due(total_fen - now, when=self.day))


@dataclass
class Secured(Sample):
    """All of it is charged at once, and half as much is set aside as a deposit."""

    def dues(self, total_fen: int) -> tuple[Due, ...]:
        return (Due(total_fen), Due(total_fen // 2, how=How.AUTHORISE))


@dataclass
class Later(Sample):
    """Metered: nothing is known or charged before use."""

    def dues(self, total_fen: int) -> tuple[Due, ...]:
        return (Due(None, how=How.CHARGE, when=When.AFTER_USE),)


@dataclass
class Shy(Sample):
    """The supplier answers later: ``answer`` is None until it is known."""

    answer: bool | None = None

    def outcome(self, line: Line) -> Outcome:
        if self.answer is None:
            return Pending()
        return super().outcome(line) if self.answer else Refused("the house is full after all")


def _bucket_id(ref: str) -> int:
    """The bucket that a reference names; 0 for text that is none."""
    found = re.fullmatch(r"([0-9]{1,18}):[0-9]{1,9}", ref, re.ASCII)
    return int(found[1]) if found else 0
