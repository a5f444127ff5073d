"""What selling a ride is, whether by seat or by time. The two sellers say what is their own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from bookings import terms
from bookings.contracts import (
    Ask,
    Done,
    Entitlement,
    Member,
    Outcome,
    Part,
    Refused,
    Renamed,
    Words,
)
from bookings.orders.models import Line
from kernel.errors import Refusal


class Rides(ABC):
    """A place for somebody on something that carries people, named by the fact ``carrier`` of a line."""

    carrier: str
    cancelled_words: str

    @abstractmethod
    def cancelled_among(self, ids: Iterable[int]) -> set[int]:
        """Which of these carriers carry nobody any more. One statement."""

    @abstractmethod
    def entitlements(self, line: Line) -> Sequence[Entitlement]:
        """The boarding rights of a line."""

    def delivering(self, lines: Sequence[Line], *, at: datetime) -> None:
        """Whatever else follows when these are delivered."""
        return

    def gives_back_all(self, line: Line, *, at: datetime) -> bool:
        """Whether the whole price comes back, whatever the terms say."""
        return bool(self.cancelled_among([line.facts[self.carrier]]))

    def conflicts(self, *, asks: Sequence[Ask], at: datetime) -> Sequence[Refusal | None]:
        """Nobody is too many on two rides of a day."""
        return [None] * len(asks)

    def fulfil(self, *, lines: Sequence[Line], at: datetime) -> Sequence[Outcome]:
        """Boarding rights; what was cancelled before its money came is refused."""
        gone = self.cancelled_among(line.facts[self.carrier] for line in lines)
        self.delivering([x for x in lines if x.facts[self.carrier] not in gone], at=at)
        return [
            Refused(self.cancelled_words)
            if line.facts[self.carrier] in gone
            else Done(tuple(self.entitlements(line)))
            for line in lines
        ]

    def rename(
        self, *, line: Line, part_key: str, member: Member, at: datetime
    ) -> Renamed | Refusal:
        """A place is anybody's: it costs everybody the same."""
        part = next(part for part in line.frozen_parts if part.key == part_key)
        return Renamed(replace(part, traveller_id=member.traveller_id), line.facts)

    def refundable(self, *, line: Line, part_keys: Sequence[str], at: datetime) -> int:
        """By the frozen ladder; everything where all comes back."""
        prices = [part.price_fen for part in line.frozen_parts if part.key in part_keys]
        if self.gives_back_all(line, at=at):
            return sum(prices)
        ladder, starts_at = line.frozen_terms, line.starts_at
        return sum(
            terms.refund_fen(ladder, price_fen=price, starts_at=starts_at, at=at)
            for price in prices
        )


def boarding(
    line: Line,
    part: Part,
    *,
    opens_at: datetime,
    closes_at: datetime,
    extras: tuple[Words, ...] = (),
) -> Entitlement:
    """One boarding of one rider, between two moments; ``extras`` go along."""
    return Entitlement(
        part_key=part.key,
        zone=line.facts["zone"],
        valid_from=opens_at,
        valid_until=closes_at,
        traveller_id=part.traveller_id,
        extras=extras,
        show={
            "title": line.title,
            "class": dict(part.title),
            "from": line.facts["from"],
            "to": line.facts["to"],
        },
    )
