"""A small day in one region, played through the real operations on a database of its own.

A few parties buy one of everything that is on sale there. Each way an order can go is gone once:
used, left unused, cancelled in part and whole, lapsed, paid late, given up and paid all the same,
still waiting. What every room has written then is what ``verify_invariants --self-test`` looks at.
"""

from __future__ import annotations

import http.client
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from accounts.messages import operations as messages
from accounts.travellers import operations as travellers
from accounts.travellers import queries as people
from accounts.travellers.documents import Kind
from bookings import registry
from bookings.campaigns import queries as campaigns
from bookings.contracts import Ask, Listing, Member, Offer
from bookings.orders import operations as orders
from bookings.orders.models import Order
from bookings.payments import operations as payments
from bookings.payments import providers, sandbox_server
from bookings.payments.models import Attempt
from bookings.payments.providers.sandbox import Sandbox
from bookings.refunds import operations as refunds
from bookings.refunds.models import Reason
from bookings.settlement import operations as settlement
from bookings.settlement import queries as contracts
from bookings.vouchers import operations as vouchers
from bookings.vouchers import posts
from bookings.vouchers.models import State, Voucher
from config.demo.people import document_number
from kernel.audit import operations as audit
from kernel.errors import Refusal
from kernel.outbox import operations as outbox
from kernel.places.models import Region

_NAMES = ("测试甲", "测试乙")
_AHEAD = timedelta(hours=1)
"""Nothing is bought that begins sooner: late money must still find its places on sale."""
_CLASS = "adult"


@contextmanager
def sandbox() -> Iterator[None]:
    """The payment sandbox, answering on the loopback, as a provider."""
    secret = settings.PAYMENT_PROVIDERS["sandbox"]["SANDBOX_PROVIDER_SECRET"]
    with tempfile.TemporaryDirectory(prefix="qy-sandbox-") as folder:
        server = sandbox_server.serve("127.0.0.1", 0, Path(folder), secret)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        providers.register(Sandbox(f"http://127.0.0.1:{server.server_port}", secret))
        try:
            yield
        finally:
            providers.unregister("sandbox")
            server.shutdown()
            server.server_close()


class NothingOnSale(Exception):
    """The region has nothing that the day could be played with."""


class Rehearsal:
    """The day's parties and what they do. Needs the sandbox as a provider, and nobody else there."""

    def __init__(self, region: Region) -> None:
        self.region = region
        self.serials = count()

    def play(self, *, at: datetime) -> datetime:
        """Play the day that begins at ``at``; the moment by which everything has ended."""
        self._agree(at)
        used, both, part, whole, _unused = (self._paid(at) for _party in range(5))
        self._give_up(at)
        self._lapse(at)
        for order, parts in ((both, 1), (part, 1), (whole, len(_NAMES))):
            cancel(order, at, parts=parts)
        end = max(use(order, at) for order in (used, both)) + _AHEAD
        self._place(end)
        audit.chain()
        outbox.drain(at=end)
        settlement.take_up()
        month = self.region.local_date(end).replace(day=1)
        settlement.make_statements(region=self.region, month=month, at=end)
        messages.deliver_due(at=end)
        return end

    def _agree(self, at: datetime) -> None:
        """The platform keeps something of what every supplier sells."""
        terms = settlement.Terms([settlement.TermsOfKind(permille=100, per_part_fen=50)])
        for supplier_id in {each.supplier_id for each in self._on_sale(at)}:
            if contracts.contract_at(supplier_id, at) is None:
                settlement.agree(
                    organisation_id=supplier_id, terms=terms, valid_from=at, actor="system", at=at
                )

    def _place(self, at: datetime) -> Order:
        """A party of its own holds one of everything."""
        party = self._party(at)
        asks = tuple(Ask(each.kind, each.ref, party) for each in self._on_sale(at))
        request = orders.PlaceRequest(
            actor=f"guest:{party[0].traveller_id}",
            request_key="rehearsal",
            region_id=self.region.pk,
            asks=asks,
            shown_total_fen=_total_fen(asks, at),
            language="en",
            contact="16100000001",
        )
        return orders.place(request, at=at)

    def _party(self, at: datetime) -> tuple[Member, ...]:
        number = next(self.serials)
        for place, name in enumerate(_NAMES):
            travellers.remember(
                actor=f"rehearsal:{number}",
                name=name,
                kind=Kind.RESIDENT_ID,
                number=document_number(number * len(_NAMES) + place),
                at=at,
            )
        return tuple(_member(each) for each in people.people_of(actors=[f"rehearsal:{number}"]))

    def _on_sale(self, at: datetime) -> list[Listing]:
        """The first thing of every kind that still has room for a party."""
        day = self.region.local_date(at)
        span: dict[str, Any] = {"first": day, "last": day + timedelta(days=2)}
        found = []
        for seller in registry.list_all():
            rows = seller.browse(region_id=self.region.pk, supplier_id=None, **span)
            fits = (r for r in rows if r.starts_at > at + _AHEAD and r.left >= len(_NAMES))
            found += [first] if (first := next(fits, None)) else []
        if not found:
            raise NothingOnSale
        return found

    def _started(self, at: datetime) -> tuple[Order, Attempt]:
        """An order whose buyer stands on the payment page."""
        order, buyer = self._place(at), payments.Buyer("")
        return order, payments.pay_by(order=order, provider="sandbox", at=at, buyer=buyer)

    def _paid(self, at: datetime) -> Order:
        order, attempt = self._started(at)
        pay(attempt, at)
        return order

    def _give_up(self, at: datetime) -> None:
        """One party gives up its order and pays it all the same."""
        order, attempt = self._started(at)
        orders.abandon(order=order, at=at)
        pay(attempt, at)

    def _lapse(self, at: datetime) -> None:
        """Two parties let their orders lapse; one of them pays after that."""
        _order, late = self._started(at)
        self._place(at)
        orders.lapse_due(at=at + orders.HOLD_FOR)
        pay(late, at + orders.HOLD_FOR)


def cancel(order: Order, at: datetime, *, parts: int) -> None:
    """The buyer gives back the first parts of every line."""
    lines = order.lines.order_by("pk")
    chosen = {line.pk: [part.key for part in line.open_parts[:parts]] for line in lines}
    shown_fen = refunds.quote(order=order, parts=chosen, at=at).refund_fen
    refunds.cancel(
        order=order, parts=chosen, shown_fen=shown_fen, actor=order.actor,
        reason=Reason.BUYER, at=at,
    )  # fmt: skip
    outbox.drain(at=at)


def use(order: Order, at: datetime) -> datetime:
    """Every voucher is shown where and when it is good; the moment of the last one."""
    ready = Voucher.objects.filter(carrier__order=order, state=State.ACTIVE)
    for voucher in ready.select_related("carrier", "line").order_by("valid_from", "pk"):
        at = max(at, voucher.valid_from)
        at_work = posts.list_all(organisation_ids=[voucher.line.supplier_id], at=at)
        vouchers.redeem(
            text=voucher.carrier.short_code,
            post=next(post for post in at_work if post.zone == voucher.zone),
            actor="user:0",
            request_key=f"rehearsal-{voucher.pk}",
            at=at,
        )
    outbox.drain(at=at)
    return at


def _member(person: people.Person) -> Member:
    return Member(
        class_code=_CLASS,
        traveller_id=person.traveller_id,
        name=person.name,
        masked=person.masked,
        index=person.index,
        birth_date=person.birth_date,
    )


def _total_fen(asks: tuple[Ask, ...], at: datetime) -> int:
    offers: list[Offer] = []
    for answer in registry.offer_all(asks, at=at):
        if isinstance(answer, Refusal):
            raise answer
        offers += answer
    rules = [
        rule
        for region_id in {offer.region_id for offer in offers}
        for rule in campaigns.published_rules(region_id, at=at)
    ]
    return sum(offer.price_fen for offer in campaigns.price(offers, rules).offers)


def pay(attempt: Attempt, at: datetime) -> None:
    """The buyer presses "pay"; no notice comes, so the sandbox is asked."""
    page = urlsplit(attempt.redirect_url)
    link = http.client.HTTPConnection(page.netloc, timeout=10)
    link.request("POST", page.path, "way=never")
    link.getresponse().read()
    link.close()
    payments.ask(attempt=attempt, at=at)
    outbox.drain(at=at)
