"""What buyers were shown before they paid: prices, sums and ladders as plain numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

DEPOSIT, LATER, SECURED, SHY = "deposit", "later", "secured", "shy"
TICKET, SHUTTLE = "ticket", "shuttle"

HELD, LAPSED, GIVEN_UP, PAID = "HELD", "LAPSED", "GIVEN_UP", "PAID"
"""Where an order stands."""

WAITING, CONFIRMED, REFUSED, CANCELLED = "AWAITING_SUPPLIER", "CONFIRMED", "REFUSED", "CANCELLED"
USED = "USED"
"""Where a line of a paid order stands."""

UNKNOWN, OPEN, WAIVED = "UNKNOWN", "OPEN", "WAIVED"
"""Where a sum due later stands, besides PAID."""

FOR_EVER = datetime.max.replace(tzinfo=UTC)


class Brief:
    """In a failing example one line says what it is."""

    def _repr_pretty_(self, printer: Any, _is_cycle: bool) -> None:
        printer.text(repr(self))


@dataclass(frozen=True, repr=False)
class Thing(Brief):
    """One thing on sale: ``rungs`` say until when so many thousandths come back; ``bag_fen`` what a piece of
    luggage costs that goes along, in ``bag_buckets``."""

    kind: str
    ref: str
    fen: int
    starts_at: datetime
    buckets: tuple[int, ...]
    rungs: tuple[tuple[datetime, int], ...]
    day: int = 0
    bag_fen: int = 0
    bag_buckets: tuple[int, ...] = ()

    def __repr__(self) -> str:
        return f"{self.kind} {self.ref}"

    def permille(self, at: datetime) -> int:
        return max((share for until, share in self.rungs if at <= until), default=0)

    @property
    def is_named(self) -> bool:
        """Whether it matters who comes."""
        return self.kind in (TICKET, SHUTTLE)

    def due_now(self, total: int) -> int:
        """A fifth, nothing, or all of it."""
        return {DEPOSIT: total // 5, LATER: 0}.get(self.kind, total)

    def set_aside(self, total: int) -> int:
        return total // 2 if self.kind == SECURED else 0


@dataclass(eq=False)
class Part:
    """One person's place, or a bag's; ``now`` is its share of what was due with the order, ``rest`` of the
    rest. ``is_open``: it was not given up.
    """

    key: str
    fen: int
    now: int
    person: int
    rest: int = 0
    is_open: bool = True
    is_bag: bool = False
    is_used: bool = False


@dataclass(eq=False, repr=False)
class Line(Brief):
    """So many places of one thing. ``cap``: no more thousandths come back, whatever its ladder says.

    ``is_changed``: it has taken the place of another one, which a ride may do once.
    """

    pk: int
    thing: Thing
    parts: list[Part]
    cap: int = 1000
    state: str = HELD
    rest: str = ""
    is_changed: bool = False

    def __repr__(self) -> str:
        return f"line {self.pk}, {self.thing}, {self.state}, {len(self.open_parts)} open"

    @property
    def open_parts(self) -> list[Part]:
        return [part for part in self.parts if part.is_open and not part.is_used]

    def buckets_of(self, part: Part) -> tuple[int, ...]:
        """Where it takes a place."""
        return self.thing.bag_buckets if part.is_bag else self.thing.buckets

    def with_bags_alone(self, parts: list[Part]) -> list[Part]:
        """The same parts, and the bags that nobody would be with any more were they given up."""
        stay = [part for part in self.open_parts if part not in parts]
        is_alone = all(part.is_bag for part in stay) and not any(p.is_used for p in self.parts)
        return [*parts, *(stay if is_alone else ())]

    @property
    def rest_fen(self) -> int:
        return sum(part.rest for part in self.open_parts)

    def received(self, part: Part) -> int:
        return part.now + (part.rest if self.rest == PAID else 0)

    def permille(self, at: datetime) -> int:
        return min(self.cap, self.thing.permille(at))

    def comes_back(self, part: Part, at: datetime) -> int:
        """What is kept is kept of what has come in, and no more than that."""
        kept = part.fen - part.fen * self.permille(at) // 1000
        return max(0, self.received(part) - kept)


@dataclass(eq=False)
class Change:
    """Parts of a line that are to become ``thing``; ``back`` of their price comes back."""

    line: Line
    parts: list[Part]
    thing: Thing
    back: int = 0

    @property
    def old_fen(self) -> int:
        return sum(part.fen for part in self.parts)

    @property
    def new_fen(self) -> int:
        return sum(part.fen for part in self.becomes)

    @property
    def becomes(self) -> list[Part]:
        """The same people and bags in the other thing."""
        return [_place(self.thing, part.person, part.is_bag) for part in self.parts]

    @property
    def is_possible(self) -> bool:
        return self.line.state == CONFIRMED and all(
            part.is_open and not part.is_used for part in self.parts
        )


@dataclass(eq=False)
class Share:
    """What one friend pays."""

    pk: int
    parts: list[Part]
    fen: int
    state: str = OPEN


@dataclass(eq=False)
class Division:
    """An order that friends pay; ``is_kept``: those who paid go, also without the others."""

    shares: list[Share]
    closes_at: datetime
    is_kept: bool


@dataclass(eq=False, repr=False)
class Payment(Brief):
    """One payment page or transfer. ``known`` is what the site has been told of ``state``."""

    purpose: str
    fen: int
    provider: str
    token: str
    order: Order | None = None
    about: Line | Share | None = None
    sets_aside: bool = False
    stays_open: bool = False
    closes_at: datetime = FOR_EVER
    state: str = "PENDING"
    known: str = "PENDING"
    captured: int = 0
    returned: int = 0
    is_whole_back: bool = False

    def __repr__(self) -> str:
        order = self.order.pk if self.order else None
        sums = f"{self.fen}, came {self.captured}, went {self.returned}"
        return f"{self.purpose} of {order} by {self.provider}: {self.state}, {sums}"

    @property
    def is_known(self) -> bool:
        return self.known == self.state


@dataclass(eq=False, repr=False)
class Order(Brief):
    """One purchase, and what has come in for it."""

    pk: int
    lines: list[Line]
    due_now: int
    due_at: datetime
    set_aside: int = 0
    credit: int = 0
    received: int = 0
    secured: int = 0
    by_hand: int = 0
    paid_at: datetime | None = None
    state: str = HELD
    ends_together: bool = False
    change: Change | None = None
    root: Order | None = None
    division: Division | None = None
    deposit: Payment | None = None
    payments: list[Payment] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"order {self.pk}, {self.state}: {self.lines}"

    def answer_by(self, line: Line) -> datetime:
        """A supplier who has not said yes in a day, or an hour before the start, has said no."""
        assert self.paid_at is not None
        return min(self.paid_at + timedelta(hours=24), line.thing.starts_at - timedelta(hours=1))

    @property
    def unpaid(self) -> int:
        return self.due_now - self.credit - self.received

    @property
    def unsecured(self) -> int:
        return self.set_aside - self.secured

    @property
    def first(self) -> Order:
        """The order that it was changed from, or itself."""
        return self.root or self

    @property
    def starts_at(self) -> datetime:
        return min(line.thing.starts_at for line in self.lines)

    def is_payable(self, at: datetime) -> bool:
        return self.state == HELD and self.due_at > at and (self.unpaid > 0 or self.unsecured > 0)

    def share_of(self, part: Part) -> Share | None:
        """The friend who has paid for a part."""
        shares = self.division.shares if self.division else []
        return next((s for s in shares if s.state == PAID and part in s.parts), None)


def evenly(fen: int, count: int) -> list[int]:
    """Equal sums, the fen that are left over to the first."""
    return [fen // count + (number < fen % count) for number in range(count)]


def parts_of(thing: Thing, people: list[int], bags: int = 0) -> list[Part]:
    """The places of one line, each with its share of what is due now; bags cost what they cost."""
    shares = evenly(thing.due_now(thing.fen * len(people)), len(people))
    seats = [
        Part("", thing.fen, share, person) for share, person in zip(shares, people, strict=True)
    ]
    return [*seats, *(_place(thing, 0, is_bag=True) for _bag in range(bags))]


def _place(thing: Thing, person: int, is_bag: bool) -> Part:
    """A place that is paid at once."""
    fen = thing.bag_fen if is_bag else thing.fen
    return Part("", fen, fen, person, is_bag=is_bag)
