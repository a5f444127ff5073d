"""What buyers do until an order stands: place it, buy at once, share it with friends, or let it be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hypothesis import strategies as st

from bookings.contracts import Ask, Member
from bookings.orders import operations as orders
from bookings.orders.models import Line as LineRow
from bookings.payments.operations import NotPayable
from bookings.shares import operations as shares
from bookings.shares.models import Rule
from bookings.shares.models import Share as ShareRow
from kernel.errors import Refusal
from tests.bookings.machine.house import FRIENDS_HAVE
from tests.bookings.machine.market import PICK, happens, of
from tests.bookings.machine.paying import TILLS, WAYS, Paying
from tests.bookings.machine.terms import (
    HELD,
    SHY,
    Division,
    Line,
    Order,
    Part,
    Payment,
    Share,
    parts_of,
)

HOLD = timedelta(minutes=15)
KINDS = ("ticket", "shuttle", "deposit", "later", "secured", "secured", "shy", "shy")


@dataclass(frozen=True)
class Cart:
    """What somebody wants. Who does not ``insist`` takes what there is room for; ``bags`` go by bus."""

    kinds: list[str]
    which: int
    size: int
    insists: bool
    bags: int = 0


CARTS = st.builds(
    Cart,
    kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=2, unique=True),
    which=st.integers(0, 2),
    size=st.sampled_from((1, 2, 2, 3)),
    insists=st.sampled_from((False, False, False, True)),
    bags=st.sampled_from((0, 1, 1)),
)


class Buying(Paying):
    """Rules of buying."""

    @happens(3, cart=CARTS)
    def place(self, cart: Cart) -> None:
        self._place(cart)
        self._settle()

    @happens(9, cart=CARTS, way=st.sampled_from(WAYS), together=st.booleans())
    def buy(self, cart: Cart, way: str, together: bool) -> None:
        """Place and pay all that is asked for now; what is to end together has a supplier who may say no."""
        if together and SHY not in cart.kinds:
            cart = replace(cart, kinds=[*cart.kinds, SHY])
        order = self._place(cart, together=together)
        self._settle()
        self._pay_all(order, way)

    @happens(4, cart=CARTS, others=st.integers(0, 2))
    def come_too_late(self, cart: Cart, others: int) -> None:
        """Pages are opened and left; the order lapses, others may come, and only then it is paid."""
        order = self._place(cart)
        self._settle()
        if order is None or not order.is_payable(self.at):
            return
        pages = [self._pay(order, way) for way in TILLS]
        self._pass(HOLD)
        for _other in range(others):
            self._place(replace(cart, size=3, insists=True))
        for page in pages:
            if page is not None and page.state == "PENDING":
                self._pay_now(page)
        self._settle()

    @happens(4, cart=CARTS, is_kept=st.booleans(), paying=st.integers(1, 2), waits=st.booleans())
    def go_with_friends(self, cart: Cart, is_kept: bool, paying: int, waits: bool) -> None:
        """Two pay one order; the first at once, the other at once or later or never."""
        order = self._place(replace(cart, size=max(2, cart.size)))
        if order is not None and self._divide(order, is_kept):
            for number in range(paying):
                self._pay_share(order, number)
            if waits:
                self._pass(FRIENDS_HAVE)
        self._settle()

    @happens(5, lambda self: self._shared(), pick=PICK, number=st.integers(0, 1))
    def pay_a_share(self, pick: int, number: int) -> None:
        self._pay_share(of(self._shared(), pick), number)
        self._settle()

    @happens(1, lambda self: self._orders(HELD), pick=PICK)
    def give_up(self, pick: int) -> None:
        order = of(self._orders(HELD), pick)
        orders.abandon(order=self._row(order), at=self.at)
        self.house.give_up(order)
        self._settle()

    # --- placing ---

    def _place(self, cart: Cart, *, together: bool = False) -> Order | None:
        size = cart.size
        people = [next(self.numbers) % len(self.world.people) for _person in range(size)]
        lines = self._choose(cart, people)
        things = [line.thing for line in lines]
        may = self.house.fits(lines) and all(thing.starts_at > self.at for thing in things)
        try:
            row = orders.place(self._wish(lines, people, together), at=self.at)
        except Refusal:
            assert not may, "there was room"
            self.house.seen["no room, refused"] += 1
            return None
        assert may, "there was no room"
        order = Order(row.pk, lines, 0, self._due_at(lines), ends_together=together)
        order.due_now = sum(part.now for line in lines for part in line.parts)
        order.set_aside = sum(thing.set_aside(thing.fen * size) for thing in things)
        self._know(order)
        return order

    def _choose(self, cart: Cart, people: list[int]) -> list[Line]:
        found = [self.world.of_kind(kind) for kind in cart.kinds]
        things = [each[cart.which % len(each)] for each in found]
        lines = [
            Line(0, thing, parts_of(thing, people, cart.bags if thing.bag_fen else 0))
            for thing in things
        ]
        free = [line for line in lines if self.house.fits([line])]
        return lines if cart.insists or not free else free

    def _wish(
        self, lines: Sequence[Line], people: Sequence[int], together: bool
    ) -> orders.PlaceRequest:
        party = tuple(self.world.people[number] for number in people)
        nobody = tuple(Member("any") for _person in people)
        asks = tuple(
            Ask(
                line.thing.kind,
                line.thing.ref,
                (*(party if line.thing.is_named else nobody), *_bags(line)),
            )
            for line in lines
        )
        return orders.PlaceRequest(
            actor=self.world.actor,
            request_key=f"key-{next(self.numbers)}",
            region_id=self.world.region.pk,
            asks=asks,
            shown_total_fen=sum(part.fen for line in lines for part in line.parts),
            language="en",
            is_all_or_nothing=together,
        )

    def _due_at(self, lines: Sequence[Line]) -> datetime:
        starts = [line.thing.starts_at for line in lines if line.thing.starts_at > self.at]
        return min([self.at + HOLD, *starts])

    def _know(self, order: Order) -> None:
        """The numbers of the new lines and of their parts; then it is held."""
        rows = LineRow.objects.filter(order_id=order.pk).order_by("position")
        for line, (pk, parts) in zip(order.lines, rows.values_list("pk", "parts"), strict=True):
            line.pk = pk
            for part, row in zip(line.parts, parts, strict=True):
                part.key = row["key"]
        self.house.seen["placed"] += 1
        self.house.place(order)

    # --- friends ---

    def _shared(self) -> list[Order]:
        return [order for order in self._orders(HELD) if order.division]

    def _divide(self, order: Order, is_kept: bool) -> bool:
        """Every other place is the second friend's."""
        self._settle()
        parts = [(line, part) for line in order.lines for part in line.parts]
        halves = [parts[::2], parts[1::2]]
        sums = [sum(part.now for _line, part in half) for half in halves]
        may = all(sums) and not order.set_aside and order.is_payable(self.at)
        may = may and not (is_kept and any(_has_bag_alone(half) for half in halves))
        portions = [
            shares.Portion(f"Friend {n}", tuple((line.pk, part.key) for line, part in half))
            for n, half in enumerate(halves)
        ]
        try:
            made = shares.divide(
                order=self._row(order),
                portions=portions,
                actor="a",
                at=self.at,
                rule=Rule.KEEP if is_kept else Rule.ALL,
            )
        except Refusal:
            assert not may
            return False
        assert may
        pks = made.shares.order_by("position").values_list("pk", flat=True)
        order.division = Division(
            [
                Share(pk, [part for _line, part in half], fen)
                for pk, half, fen in zip(pks, halves, sums, strict=True)
            ],
            order.due_at,
            is_kept,
        )
        return True

    def _pay_share(self, order: Order, number: int) -> None:
        division = order.division
        assert division is not None
        share = division.shares[number]
        may = share.state == "OPEN" and division.closes_at > self.at and order.is_payable(self.at)
        row = ShareRow.objects.select_related("division__order").get(pk=share.pk)
        try:
            payable = shares.payable_of(row, payer="friend", at=self.at)
        except NotPayable:
            assert not may
            return
        assert may
        payment = self._start(payable, Payment("SHARE", share.fen, "till", "", order, share))
        self._pay_now(payment)


def _bags(line: Line) -> tuple[Member, ...]:
    return tuple(Member("~luggage") for part in line.parts if part.is_bag)


def _has_bag_alone(half: Sequence[tuple[Line, Part]]) -> bool:
    """Whether a friend pays for a bag and for nobody who rides with it."""
    riding = {line.pk for line, part in half if not part.is_bag}
    return any(part.is_bag and line.pk not in riding for line, part in half)
