"""Something to sell, once for every kind of seller: what the shared contract test needs of it.

A stall has things on sale from ``AT`` on, all on ``DAY`` and of one region and supplier; a new kind
of seller brings a stall of its own, and is tried by every test in test_sellables.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from hashlib import sha256
from typing import ClassVar, Protocol

from bookings import registry
from bookings.contracts import Ask, Member, Sellable, Terms
from bookings.inventory import operations as inventory
from bookings.orders import operations as orders
from bookings.orders.models import Line
from kernel.places.models import Region
from tests.bookings.samples import Deposit, Later, Sample, Shy
from tests.factories.accounts import OrganisationFactory
from tests.factories.kernel import RegionFactory
from tests.factories.tourism import (
    CablewayFactory,
    ProductFactory,
    ScenicAreaFactory,
    addon_product,
    person,
    ride_product,
    slot_on,
)
from tests.factories.transport import direct_shuttle, shuttle_line
from tourism.tickets.models import Admission, Product
from transport.direct import operations as direct
from transport.direct.models import DirectRide, Window
from transport.lines import operations as rides
from transport.lines.models import Boarding, Run, ShuttleLine

AT = datetime(2026, 9, 20, 2, 0, tzinfo=UTC)
DAY = date(2026, 10, 14)
THINGS = 6
ROOM = 50


class Stall(Protocol):
    """What a test may do with any seller."""

    seller: Sellable
    region: Region
    supplier_id: int
    refs: Sequence[str]
    """THINGS different things with ROOM for so many persons each, all at one price."""
    nonsense: Sequence[str]
    """References that name nothing."""

    def held(self, line: Line) -> int:
        """How many persons the seller's own rows hold for a line."""

    def take_away(self, ref: str, *members: Member) -> None:
        """Somebody else gets ahead of these persons: an offer of this thing cannot be claimed."""

    def change_terms(self) -> None:
        """From now on nothing of what is sold comes back."""

    def close(self) -> None:
        """Everything is taken off sale."""


def price_fen(stall: Stall, *asks: Ask) -> int:
    """What these asks cost together."""
    answers = stall.seller.offer(asks=asks, at=AT)
    return sum(offer.price_fen for answer in answers for offer in answer)


def buy(stall: Stall, *asks: Ask, actor: str = "guest:a") -> list[Line]:
    """Place an order; its lines in the order of the asks."""
    order = orders.place(wish_for(stall, *asks, actor=actor), at=AT)
    return list(order.lines.order_by("position"))


def wish_for(stall: Stall, *asks: Ask, actor: str = "guest:a") -> orders.PlaceRequest:
    """The wish to buy these asks for what they cost."""
    return orders.PlaceRequest(
        actor=actor,
        request_key=sha256(":".join(ask.ref for ask in asks).encode()).hexdigest(),
        region_id=stall.region.pk,
        asks=asks,
        shown_total_fen=price_fen(stall, *asks),
        language="en",
        contact="16100000001",
    )


class Tickets:
    """Entry times of one area."""

    nonsense = ("", "0", "-1", "1.5", "x", "١", "9" * 40, "1; DROP TABLE x", "1:2", "２")

    kind = "ticket"

    def __init__(self) -> None:
        self.seller = registry.get(self.kind)
        self.product = self.on_sale()
        self.region = self.product.area.region
        self.supplier_id = self.product.area.organisation_id
        hours = range(8, 8 + THINGS)
        slots = [slot_on(self.product, DAY, time(hour), permille=ROOM) for hour in hours]
        self.refs = [str(slot.pk) for slot in slots]

    def on_sale(self) -> Product:
        product: Product = ProductFactory(area__daily_cap=1000)
        return product

    def held(self, line: Line) -> int:
        return Admission.objects.filter(line=line).count()

    def take_away(self, ref: str, *members: Member) -> None:
        """Whatever else these persons have that day: the place in this entry time is gone."""
        strangers = tuple(person(900 + number) for number, _member in enumerate(members))
        [line] = buy(self, Ask(self.kind, ref, strangers), actor="guest:quicker")
        for number, member in enumerate(members, start=1):
            row = Admission.objects.filter(line=line, part_key=f"p{number}")
            row.update(document_index=member.index, day_id=None)

    def change_terms(self) -> None:
        Product.objects.update(refund_ladder="0:0")

    def close(self) -> None:
        Product.objects.update(is_on_sale=False)


class Rides(Tickets):
    """A cableway by the hour."""

    kind = "ride"

    def on_sale(self) -> Product:
        return ride_product(CablewayFactory(capacity_per_hour=250))


class Services(Tickets):
    """Wheelchairs by the hour."""

    kind = "service"

    def on_sale(self) -> Product:
        product = addon_product(ScenicAreaFactory(), stock=1000)
        product.patterns.all().delete()
        return product


class Shuttles:
    """Runs of one line with three stops."""

    nonsense = (
        "",
        "1",
        "1:2",
        "0:0:1",
        "x:0:1",
        "1:1:0",
        "1:0:0",
        "1:0:9",
        "9" * 40,
        "1:0:1:2",
        "١:0:1",
    )

    def __init__(self) -> None:
        self.seller = registry.get("shuttle")
        self.region = RegionFactory()
        self.line = shuttle_line(self.region)
        self.supplier_id = self.line.organisation_id
        rides.create_runs(region=self.region, first=DAY, last=DAY)
        runs = Run.objects.filter(line=self.line).order_by("departs_at")
        self.refs = [f"{run.pk}:0:2" for run in runs]
        self.nonsense = (*self.nonsense, f"{runs[0].pk}:2:3", f"{runs[0].pk}:2:1")

    def held(self, line: Line) -> int:
        return sum(Boarding.objects.filter(line=line).values_list("riders", flat=True))

    def take_away(self, ref: str, *members: Member) -> None:
        run = Run.objects.get(pk=int(ref.split(":")[0]))
        rides.cancel_run(run=run, actor="user:1", at=AT)

    def change_terms(self) -> None:
        ShuttleLine.objects.update(refund_ladder="0:0")

    def close(self) -> None:
        ShuttleLine.objects.update(is_open=False)


class Directs:
    """The boarding times of one direct shuttle."""

    nonsense = Tickets.nonsense

    def __init__(self) -> None:
        self.seller = registry.get("direct")
        self.region = RegionFactory()
        self.line = shuttle_line(self.region)
        self.supplier_id = self.line.organisation_id
        shuttle = direct_shuttle(self.line, per_hour=ROOM)
        direct.create_windows(region=self.region, first=DAY, last=DAY)
        self.refs = [str(w.pk) for w in shuttle.windows.order_by("starts_at")]

    def held(self, line: Line) -> int:
        return sum(DirectRide.objects.filter(line=line).values_list("riders", flat=True))

    def take_away(self, ref: str, *members: Member) -> None:
        direct.cancel_window(window=Window.objects.get(pk=int(ref)), actor="user:1", at=AT)

    def change_terms(self) -> None:
        ShuttleLine.objects.update(refund_ladder="0:0")

    def close(self) -> None:
        ShuttleLine.objects.update(is_open=False)


class Samples:
    """One of the sample sellers, with a bucket for every thing."""

    nonsense = ("", "1", "x", "0:1000", "-1:1000", "1:x", "9" * 40 + ":1", "1:-1", "١:1000")
    sample: ClassVar[type[Sample]]

    def __init__(self) -> None:
        self.region = RegionFactory()
        self.supplier_id = OrganisationFactory(region=self.region).pk
        starts_at = self.region.at(DAY, time(8)).astimezone(UTC)
        kind = self.sample.__name__.lower()
        self.seller = self.sample(kind, self.region.pk, self.supplier_id, starts_at)
        keys = [f"{kind}:{number}" for number in range(THINGS)]
        made = inventory.shape([inventory.BucketSpec(key, self.region.pk, ROOM) for key in keys])
        self.refs = self.seller.shelf = [f"{made[key]}:1000" for key in keys]

    def held(self, line: Line) -> int:
        return len(self.seller.claims.get(line.pk, ()))

    def take_away(self, ref: str, *members: Member) -> None:
        self.seller.gone.add(ref)

    def change_terms(self) -> None:
        self.seller.terms = Terms()

    def close(self) -> None:
        self.seller.shelf = []
        self.seller.gone = set(self.refs)


class Deposits(Samples):
    sample = Deposit


class Laters(Samples):
    sample = Later


class Shies(Samples):
    sample = Shy


STALLS: dict[str, Callable[[], Stall]] = {
    "ticket": Tickets,
    "ride": Rides,
    "service": Services,
    "shuttle": Shuttles,
    "direct": Directs,
    "deposit": Deposits,
    "later": Laters,
    "shy": Shies,
}


def somebody(thing: int) -> Member:
    """Who asks for a thing where nobody is named: for each another person."""
    return person(11 + thing)


def ask(stall: Stall, thing: int, *members: Member, **more: object) -> Ask:
    """An Ask for one of the stall's things; for somebody of its own where nobody is named."""
    party = members or (somebody(thing),)
    return Ask(stall.seller.kind, stall.refs[thing], party, **more)
