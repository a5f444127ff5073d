"""One region, two real sellers and four samples with little room, built once for all examples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from accounts.travellers import queries as travellers
from bookings import registry
from bookings.balance import operations as balance
from bookings.contracts import Member
from bookings.inventory import operations as inventory
from bookings.inventory.models import Bucket
from bookings.orders import operations as orders
from bookings.tabs.models import Member as TabMember
from bookings.tabs.models import Tab
from kernel.places.models import Region
from tests.bookings.conftest import Shop
from tests.bookings.machine.terms import SHUTTLE, TICKET, Thing
from tests.bookings.samples import Deposit, Later, Sample, Secured, Shy
from tests.factories.accounts import OrganisationFactory, TouristFactory, make_traveller
from tests.factories.kernel import RegionFactory
from tests.factories.tourism import ProductFactory, slot_on
from tests.factories.transport import shuttle_line
from tourism.tickets.models import Slot
from transport.lines import operations as rides
from transport.lines.models import Run, ShuttleLine

DAY = date(2026, 10, 20)
ROOM, PEOPLE = 8, 40
BAG = 501
"""What a piece of luggage costs on the bus, in fen."""
TAB_LIMIT = 20_000
DAY_S, HOUR_S = timedelta(days=1), timedelta(hours=1)
SAMPLES: dict[type[Sample], tuple[int, ...]] = {
    Deposit: (1003,), Later: (1009,), Secured: (997,), Shy: (1001, 703, 1307),
}  # fmt: skip
"""What each sample costs, in fen; a kind that can be changed has several prices."""


@dataclass
class World:
    """Where, who and what: the things on sale as they were published."""

    region: Region
    actor: str
    account_id: int
    tab_id: int
    shy: Shy
    samples: list[Sample]
    things: list[Thing]
    people: list[Member]
    capacity: dict[int, int]

    @property
    def starts_at(self) -> datetime:
        """Nine o'clock on the day."""
        return self.region.at(DAY, time(9)).astimezone(UTC)

    def of_kind(self, kind: str) -> list[Thing]:
        return [thing for thing in self.things if thing.kind == kind]

    def open(self) -> None:
        """The samples are on sale as if nobody had come before."""
        self.shy.answer = None
        for seller in self.samples:
            seller.claims.clear()
            seller.withdrawn.clear()
            registry.register(seller)

    def close(self) -> None:
        for seller in self.samples:
            registry.unregister(seller.kind)


def build() -> World:
    """Runs once; the rows stay for the tests of one module."""
    region = RegionFactory()
    supplier = OrganisationFactory(region=region)
    nine = region.at(DAY, time(9))
    samples = [kind(kind.__name__.lower(), region.pk, supplier.pk, nine) for kind in SAMPLES]
    shop = Shop(region)
    things = [
        thing
        for seller, prices in zip(samples, SAMPLES.values(), strict=True)
        for thing in _sample_things(seller, shop.bucket(ROOM), prices)
    ]
    things += _tickets(region, supplier.pk) + _rides(region)
    person = TouristFactory()
    tab = Tab.objects.create(name="Tab", region=region, limit_fen=TAB_LIMIT)
    TabMember.objects.create(tab=tab, user=person)
    counted = {bucket for thing in things for bucket in (*thing.buckets, *thing.bag_buckets)}
    for bucket in counted:
        inventory.reshape(bucket_id=bucket, capacity=ROOM, at=nine)
    return World(
        region=region,
        actor=person.actor,
        account_id=balance.open_account(person.actor).pk,
        tab_id=tab.pk,
        shy=next(seller for seller in samples if isinstance(seller, Shy)),
        samples=samples,
        things=things,
        people=_people(person.actor),
        capacity=dict(Bucket.objects.filter(pk__in=counted).values_list("pk", "capacity")),
    )


def _people(owner: str) -> list[Member]:
    """Grown-ups with papers, so few that the same one comes again."""
    ids = {
        make_traveller(owner, born=date(1980, 1, 1) + number * DAY_S).pk for number in range(PEOPLE)
    }
    return [orders.member_of("adult", each) for each in travellers.by_ids(ids)]


def _sample_things(seller: Sample, bucket: int, prices: Sequence[int]) -> list[Thing]:
    """A day before: all; an hour before: half. Several prices share one room."""
    nine = seller.starts_at
    rungs = ((nine - DAY_S, 1000), (nine - HOUR_S, 500))
    return [Thing(seller.kind, f"{bucket}:{fen}", fen, nine, (bucket,), rungs) for fen in prices]


def _tickets(region: Region, supplier_id: int) -> list[Thing]:
    """Two entry times of one area and a cheaper one next door: all a day ahead, then 600 thousandths."""
    dear, cheap = (_product(region, supplier_id, fen) for fen in (1901, 1403))
    slots = [
        (slot_on(dear, DAY, time(9)), 1901),
        (slot_on(dear, DAY, time(10)), 1901),
        (slot_on(cheap, DAY, time(9)), 1403),
    ]
    midnight = region.at(DAY, time(0))
    rungs = ((midnight - DAY_S, 1000), (midnight, 600))
    return [_ticket(slot, fen, rungs) for slot, fen in slots]


def _product(region: Region, supplier_id: int, fen: int):  # type: ignore[no-untyped-def]
    return ProductFactory(
        area__region=region, area__daily_cap=1000, area__organisation_id=supplier_id,
        peak_price_fen=fen, off_price_fen=fen, refund_ladder="24:1000 0:600",
    )  # fmt: skip


def _ticket(slot: Slot, fen: int, rungs: tuple[tuple[datetime, int], ...]) -> Thing:
    return Thing(TICKET, str(slot.pk), fen, slot.starts_at, (slot.bucket_id,), rungs, slot.day_id)


def _rides(region: Region) -> list[Thing]:
    """All the way on two departures, half of it on the later one: 2 h before all, then 800."""
    line: ShuttleLine = shuttle_line(region)
    line.luggage_places, line.luggage_fee_fen = ROOM, BAG
    line.save()
    rides.create_runs(region=region, first=DAY, last=DAY)
    early, late = Run.objects.filter(line=line).order_by("departs_at")[1:3]
    return [_ride(early, 2, 3000), _ride(late, 2, 3000), _ride(late, 1, 1500)]


def _ride(run: Run, alight: int, fen: int) -> Thing:
    leaves = run.departs_at
    rungs = ((leaves - 2 * HOUR_S, 1000), (leaves, 800))
    return Thing(
        SHUTTLE, f"{run.pk}:0:{alight}", fen, leaves, tuple(run.segments[:alight]), rungs,
        bag_fen=BAG, bag_buckets=tuple(run.luggage_segments[:alight]),
    )  # fmt: skip
