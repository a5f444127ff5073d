"""What buyers do until an order stands: place, pay, press, share with friends, or let it be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from hypothesis import strategies as st

from bookings.balance import operations as balance
from bookings.contracts import Ask, Member
from bookings.orders import operations as orders
from bookings.orders.models import Line as LineRow
from bookings.payments import operations as payments
from bookings.payments.models import Attempt
from bookings.payments.operations import NotPayable, Payable
from bookings.shares import operations as shares
from bookings.shares.models import Rule
from bookings.shares.models import Share as ShareRow
from kernel.errors import Refusal
from tests.bookings.machine.house import FRIENDS_HAVE, OWN
from tests.bookings.machine.market import PICK, Ground, happens, of
from tests.bookings.machine.terms import (
    GIVEN_UP,
    HELD,
    LAPSED,
    Division,
    Line,
    Order,
    Payment,
    Share,
    Thing,
    parts_of,
)
from tests.bookings.machine.world import TAB_LIMIT

BUYER = payments.Buyer("http://x/")
HOLD = timedelta(minutes=15)
ENOUGH = 6000
KINDS = ("ticket", "shuttle", "deposit", "later", "secured", "secured", "shy", "shy")
TILLS, WAYS = ("till", "counter"), ("till", "counter", "balance", "tab")


@dataclass(frozen=True)
class Cart:
    """What somebody wants. Who does not ``insist`` takes what there is room for."""

    kinds: list[str]
    which: int
    size: int
    insists: bool


CARTS = st.builds(
    Cart,
    kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=2, unique=True),
    which=st.integers(0, 2),
    size=st.sampled_from((1, 2, 2, 3)),
    insists=st.sampled_from((False, False, False, True)),
)


class Buying(Ground):
    """Rules of buying and paying."""

    # --- rules ---

    @happens(3, cart=CARTS)
    def place(self, cart: Cart) -> None:
        self._place(cart)
        self._settle()

    @happens(10, cart=CARTS, way=st.sampled_from(WAYS), together=st.booleans())
    def buy(self, cart: Cart, way: str, together: bool) -> None:
        """Place and pay all that is asked for now."""
        order = self._place(cart, together=together)
        self._settle()
        self._pay_all(order, way)

    @happens(5, lambda self: self._orders(HELD), pick=PICK, way=st.sampled_from(WAYS))
    def go_to_pay(self, pick: int, way: str) -> None:
        self._pay(of(self._orders(HELD), pick), way)
        self._settle()

    @happens(
        6,
        lambda self: self._pages(),
        pick=PICK,
        pays=st.sampled_from(("all", "all", "all", "short", "no")),
        tells=st.integers(0, 2),
        asks=st.booleans(),
    )
    def press(self, pick: int, pays: str, tells: int, asks: bool) -> None:
        """At the till; it tells once, twice or not at all, and we ask or do not."""
        payment = of(self._pages(), pick)
        is_short = pays == "short" and payment.purpose in ("ORDER", "REST") and payment.fen > 1
        self._press(payment, payment.fen // 2 if is_short else payment.fen * (pays != "no"))
        for _notice in range(tells):
            self._tell(payment)
        if asks:
            payments.ask(attempt=Attempt.objects.get(token=payment.token), at=self.at)
            self.house.told(payment)
        self._settle()

    @happens(5, lambda self: self._unpaid(), pick=PICK)
    def pay_twice(self, pick: int) -> None:
        """At both tills, before either has told us."""
        order = of(self._unpaid(), pick)
        pages = [page for way in TILLS if (page := self._pay(order, way)) is not None]
        for page in pages:
            if page.state == "PENDING":
                self._press(page, page.fen)
        for page in pages:
            self._tell(page)
        self._settle()

    @happens(5, cart=CARTS, others=st.integers(0, 2))
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

    @happens(4, lambda self: self._late(), pick=PICK)
    def pay_late(self, pick: int) -> None:
        """On a page that could not be closed, of an order that is over."""
        self._pay_now(of(self._late(), pick))

    @happens(3, lambda self: [p for p in self.house.payments if p.provider in TILLS], pick=PICK)
    def hear_again(self, pick: int) -> None:
        """News of any payment, however old."""
        known = [p for p in self.house.payments if p.provider in TILLS]
        payment = of(known, pick)
        self.house.seen["heard again" if payment.is_known else "heard late"] += 1
        self._tell(payment)
        self._settle()

    @happens(
        3, lambda self: self.house.purses["balance"] < ENOUGH,
        fen=st.integers(2000, 9000), way=st.sampled_from(TILLS),
    )  # fmt: skip
    def top_up(self, fen: int, way: str) -> None:
        asked = balance.ask_top_up(actor=self.world.actor, pay_fen=fen, bonus_fen=0, at=self.at)
        payable = balance.payable_of(asked, language="en", at=self.at)
        self._pay_now(self._start(payable, Payment("TOP_UP", fen, way, "")))

    @happens(5, cart=CARTS, is_kept=st.booleans(), paying=st.integers(1, 2), waits=st.booleans())
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

    @happens(2, lambda self: self._orders(HELD), pick=PICK)
    def give_up(self, pick: int) -> None:
        order = of(self._orders(HELD), pick)
        orders.abandon(order=self._row(order), at=self.at)
        self.house.give_up(order)
        self._settle()

    @happens(5, minutes=st.sampled_from((1, 8, 16, 16, 130)))
    def time_passes(self, minutes: int) -> None:
        self._pass(timedelta(minutes=minutes))

    # --- placing ---

    def _place(self, cart: Cart, *, together: bool = False) -> Order | None:
        size = cart.size
        people = [next(self.numbers) % len(self.world.people) for _person in range(size)]
        lines = self._choose(cart, people)
        things = [line.thing for line in lines]
        may = self.house.fits(lines) and all(thing.starts_at > self.at for thing in things)
        try:
            row = orders.place(self._wish(things, people, together), at=self.at)
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

    def _choose(self, cart: Cart, people: Sequence[int]) -> list[Line]:
        found = [self.world.of_kind(kind) for kind in cart.kinds]
        things = [each[cart.which % len(each)] for each in found]
        lines = [
            Line(0, thing, parts_of(thing, [""] * cart.size, list(people))) for thing in things
        ]
        free = [line for line in lines if self.house.fits([line])]
        return lines if cart.insists or not free else free

    def _wish(
        self, things: Sequence[Thing], people: Sequence[int], together: bool
    ) -> orders.PlaceRequest:
        party = tuple(self.world.people[number] for number in people)
        nobody = tuple(Member("any") for _person in people)
        asks = [Ask(t.kind, t.ref, party if t.kind == "ticket" else nobody) for t in things]
        asks = [replace(ask, party=party) if ask.kind == "shuttle" else ask for ask in asks]
        return orders.PlaceRequest(
            actor=self.world.actor,
            request_key=f"key-{next(self.numbers)}",
            region_id=self.world.region.pk,
            asks=tuple(asks),
            shown_total_fen=sum(thing.fen for thing in things) * len(people),
            language="en",
            is_all_or_nothing=together,
        )

    def _due_at(self, lines: Sequence[Line]) -> object:
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

    # --- paying ---

    def _pages(self) -> list[Payment]:
        """What can be pressed at a till, closed at ours or not."""
        return [p for p in self.house.payments if p.state == "PENDING"]

    def _late(self) -> list[Payment]:
        over = self._orders(LAPSED, GIVEN_UP)
        return [p for p in self._pages() if p.order in over]

    def _unpaid(self) -> list[Order]:
        return [order for order in self._orders(HELD) if order.is_payable(self.at)]

    def _shared(self) -> list[Order]:
        return [order for order in self._orders(HELD) if order.division]

    def _pay_all(self, order: Order | None, way: str) -> None:
        while order is not None and order.is_payable(self.at):
            payment = self._pay(order, way)
            if payment is None:
                way = "till"
                continue
            self._pay_now(payment)

    def _pay_now(self, payment: Payment) -> None:
        if payment.state == "PENDING":
            self._press(payment, payment.fen)
        if payment.provider in TILLS:
            self._tell(payment)
        self._settle()

    def _press(self, payment: Payment, fen: int) -> None:
        self.tills[payment.provider].press(payment.token, fen)
        done = "AUTHORISED" if payment.sets_aside else "SUCCEEDED"
        payment.state = done if fen else "FAILED"
        payment.captured = 0 if payment.sets_aside else fen

    def _pay(self, order: Order, way: str) -> Payment | None:
        """Go to pay what is asked for next; None where that is not to be had."""
        is_sum = order.unpaid > 0
        fen = order.unpaid if is_sum else order.unsecured
        wanted = Payment("ORDER" if is_sum else "DEPOSIT", fen, way, "", order)
        wanted.sets_aside = not is_sum and way == "till"
        may = order.is_payable(self.at) and self._affords(way, fen)
        try:
            row = self._row(order)
            return self._start(payments.next_of(row, at=self.at), wanted)
        except NotPayable:
            assert not may
            return None

    def _affords(self, way: str, fen: int) -> bool:
        purses = self.house.purses
        left = {"balance": purses["balance"], "tab": TAB_LIMIT - purses["tab"]}
        return left.get(way, fen) >= fen

    def _start(self, payable: Payable, wanted: Payment) -> Payment:
        """The page that is open already, or a new one for what the buyer was shown."""
        attempt = payments.pay(payable=payable, provider=wanted.provider, at=self.at, buyer=BUYER)
        assert self._affords(wanted.provider, wanted.fen), "not from an empty purse"
        same = (wanted.purpose, wanted.order, wanted.about, wanted.provider)
        for each in self.house.payments:
            if each.known == "PENDING" and wanted.order is not None:
                if (each.purpose, each.order, each.about, each.provider) == same:
                    assert attempt.token == each.token, "a second page for the same"
                    return each
        wanted.token = attempt.token
        assert attempt.amount_fen == wanted.fen, "another sum than was shown"
        self.house.payments.append(wanted)
        if wanted.order is not None:
            wanted.order.payments.append(wanted)
        self._started(wanted)
        return wanted

    def _started(self, payment: Payment) -> None:
        if payment.provider in OWN:
            purses = self.house.purses
            purses[payment.provider] += payment.fen * (1 if payment.provider == "tab" else -1)
            payment.state, payment.captured = "SUCCEEDED", payment.fen
            self.house.told(payment)
            return
        paid = self.tills[payment.provider].book[payment.token]
        assert paid.charge.amount_fen == payment.fen
        payment.stays_open = paid.stays_open

    # --- friends ---

    def _divide(self, order: Order, is_kept: bool) -> bool:
        """Every other place is the second friend's."""
        self._settle()
        parts = [(line, part) for line in order.lines for part in line.parts]
        halves = [parts[::2], parts[1::2]]
        sums = [sum(part.now for _line, part in half) for half in halves]
        may = all(sums) and not order.set_aside and order.is_payable(self.at)
        portions = [
            shares.Portion(f"Friend {n}", tuple((line.pk, part.key) for line, part in half))
            for n, half in enumerate(halves)
        ]
        rule_ = Rule.KEEP if is_kept else Rule.ALL
        try:
            made = shares.divide(
                order=self._row(order), portions=portions, rule=rule_, actor="a", at=self.at
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
