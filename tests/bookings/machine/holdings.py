"""Where money and people are: what each payment holds, what goes back by which, who has which place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from tests.bookings.machine.terms import TICKET, Line, Order, Part, Payment, Share

OWN = ("balance", "tab")


class Holdings:
    """What is held, of money and of places."""

    def __init__(self, capacity: Mapping[int, int]) -> None:
        self.capacity = capacity
        self.payments: list[Payment] = []
        self.taken: Counter[int] = Counter()
        self.inside: Counter[tuple[int, int]] = Counter()
        self.purses = {"balance": 0, "tab": 0}

    def fits(self, lines: Sequence[Line], *, instead_of: Line | None = None) -> bool:
        """Whether there is room, and nobody has a ticket of that day, but for what is given for it."""
        wanted: Counter[int] = Counter()
        for line in lines:
            wanted.update(bucket for part in line.open_parts for bucket in line.buckets_of(part))
        room = all(self.taken[b] + units <= self.capacity[b] for b, units in wanted.items())
        given = people_of(instead_of, instead_of.open_parts) if instead_of else set()
        people = {one for line in lines for one in people_of(line, line.open_parts)}
        return room and not any(self.inside[one] > (one in given) for one in people)

    def hold(self, line: Line, parts: Sequence[Part], sign: int) -> None:
        for bucket in (bucket for part in parts for bucket in line.buckets_of(part)):
            self.taken[bucket] += sign
        for one in people_of(line, parts):
            self.inside[one] += sign

    def send_back(self, order: Order, sums: Sequence[tuple[Part | None, int]]) -> None:
        """To whom it came from: a friend's to that friend, the rest to the nearest payments."""
        owed: Counter[Share | None] = Counter()
        for part, fen in sums:
            owed[order.share_of(part) if part else None] += fen
        friends = sorted((share for share in owed if share), key=lambda share: -share.pk)
        for share in [*friends, None]:
            left = owed[share]
            for payment in self._nearest(order, share):
                some = min(left, payment.captured - payment.returned)
                self.give(payment, some)
                left -= some
            assert left == 0, "nobody gets back more than was paid"

    def _nearest(self, order: Order, share: Share | None) -> list[Payment]:
        paid = (p for p in self.payments if p.known == "SUCCEEDED" and p.purpose != "DEPOSIT")
        ours = [p for p in paid if p.order is not None and p.order.first is order.first]
        return sorted(
            ours, key=lambda p: (share is None or p.about is not share, p.order is not order)
        )

    def give_whole(self, payment: Payment) -> None:
        """Money that pays nothing goes back whole, once."""
        if not payment.is_whole_back:
            payment.is_whole_back = True
            self.give(payment, payment.captured)

    def give(self, payment: Payment, fen: int) -> None:
        payment.returned += fen
        if payment.provider in OWN:
            self.purses[payment.provider] += fen if payment.provider == "balance" else -fen

    def settle_deposit(self, order: Order, keep: int) -> None:
        """So much of what was held is the supplier's."""
        payment = order.deposit
        assert payment is not None
        order.deposit = None
        if payment.state == "SUCCEEDED":
            self.give(payment, payment.captured - keep)
        else:
            payment.state = payment.known = "SUCCEEDED" if keep else "FAILED"
            payment.captured = keep


def people_of(line: Line, parts: Sequence[Part]) -> set[tuple[int, int]]:
    """Only an entry time knows who comes: once a day."""
    return {(line.thing.day, part.person) for part in parts} if line.thing.kind == TICKET else set()
