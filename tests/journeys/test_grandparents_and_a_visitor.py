"""Two elders without a phone and a visitor from Spain, on a morning that is sold out online.

The register of names is down all day: everybody is sold a place and compared at the gate.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.travellers import checks
from accounts.travellers import operations as book
from accounts.travellers.checks import Outcome
from accounts.travellers.names import mask_name
from bookings.cash.models import Shift
from bookings.codes import queries as issued
from bookings.desk import queries as desk
from bookings.inventory import queries as counts
from bookings.inventory.models import Channel
from bookings.orders import operations as orders
from bookings.orders.models import Order
from bookings.vouchers import operations as vouchers
from bookings.vouchers import queries as gate
from bookings.vouchers.models import Pass
from bookings.vouchers.posts import Post
from kernel import clock
from kernel.http import NoAnswer
from kernel.outbox import operations as outbox
from tests.cast import enter
from tests.factories.accounts import TouristFactory, resident_number
from tests.factories.tourism import ProductFactory, slot_on
from tests.tourism.conftest import VISIT
from tests.tourism.tickets.test_desk import ADULT, clerk_of, sell, sell_online
from tourism.tickets.models import ChannelShare, PersonLimit

pytestmark = pytest.mark.django_db

GRANNY, GRANDPA = resident_number(date(1950, 3, 4)), resident_number(date(1963, 3, 4), 997)
VISITOR = "María Fernanda Íñiguez de la Peña Zúñi"
DAUGHTER = "16100000031"


class Down:
    name = "register"

    def check(self, *, name: str, number: str) -> Outcome:
        raise NoAnswer("down")


@pytest.fixture
def slot(db, monkeypatch):
    """50 places: 45 online, which are sold, and a tenth for the counter; one a document and day."""
    product = ProductFactory()
    ChannelShare.objects.create(
        product=product, channel=Channel.COUNTER, permille=100, release_days=None
    )
    PersonLimit.objects.create(product=product, period="DAY", most=1)
    made = slot_on(product, VISIT)
    for first in (1000, 1015, 1030):
        sell_online(made, first, 15)
    now = made.starts_at + timedelta(minutes=10)
    monkeypatch.setattr(clock, "now", lambda: now)
    checks.use(Down())
    yield made
    checks.use(None)


def work() -> None:
    for _round in range(6):
        outbox.drain(at=clock.now())
    book.ask_due(at=clock.now())


def post_of(slot) -> Post:
    return Post(
        zone=f"area:{slot.product.area_id}",
        title={"en": "Staffed lane"},
        organisation_id=slot.product.area.organisation_id,
        region_id=slot.region_id,
    )


def let_in(slot, text: str, key: str):
    return vouchers.redeem(
        text=text, post=post_of(slot), actor="user:9", request_key=key, at=clock.now()
    )


def sell_to_all(clerk, slot) -> tuple[Order, Order]:
    """Two cards for cash with the daughter's phone, then a passport on an English page."""
    elders = f"{GRANNY} 李奶奶\n{GRANDPA} 李爷爷"
    sell(clerk, slot, elders, contact=DAUGHTER, given="100", request_key="the-two-elders")
    # The same cards a second time that day: a tout gets nothing.
    sell(clerk, slot, elders, given="100", request_key="the-elders-again")
    assert Order.objects.filter(channel="counter").count() == 1
    with translation.override("en"):
        sell(clerk, slot, f"AAB123456 {VISITOR} 1970-05-01", request_key="the-visitor")
    work()
    family, visitor = Order.objects.filter(channel="counter").order_by("pk")
    return family, visitor


def listed_at(slot):
    """The list of the staffed lane."""
    return gate.expected(
        f"area:{slot.product.area_id}",
        organisation_id=slot.product.area.organisation_id,
        at=clock.now(),
    )


def printed(order: Order) -> dict[str, str]:
    """What stands on the papers, by who holds them: a name is not written out on them."""
    return {paper.holder: paper.code_text for paper in desk.papers(order, at=clock.now())}


def print_anew(clerk, number: str) -> None:
    """Found by the card, printed again."""
    found = clerk.post(reverse("desk:lost"), {"text": number}).context["found"]
    clerk.post(reverse("desk:lost"), {"pass": found[0].pk})


def test_no_phone_and_no_chinese_are_needed_anywhere(slot):
    clerk = clerk_of(slot.product, float_fen=20_000)

    family, visitor = sell_to_all(clerk, slot)
    assert (family.total_fen, visitor.total_fen, visitor.language) == (9500, ADULT, "en")

    mine = enter(TouristFactory(phone=DAUGHTER)).get(reverse("checkout:orders")).content.decode()
    assert family.code in mine
    assert visitor.code not in mine

    with translation.override("en"):
        listed = {row.carrier.holder: row.listed_note for row in listed_at(slot)}
    assert VISITOR in listed
    assert "compare the original document" in listed["李奶奶"]

    lost = printed(family)[mask_name("李奶奶")]
    print_anew(clerk, GRANNY)
    with pytest.raises(issued.Superseded):
        let_in(slot, lost, "granny-old-paper")

    papers = printed(family)
    let_in(slot, papers[mask_name("李奶奶")], "granny-new-paper")
    let_in(slot, papers[mask_name("李爷爷")], "grandpa-paper")
    let_in(slot, Pass.objects.get(holder=VISITOR).short_code, "visitor-letters")
    inside = {row.carrier.holder for row in listed_at(slot) if row.entries_used}
    assert inside == {"李奶奶", "李爷爷", VISITOR}


def test_the_drawer_equals_the_report_and_nothing_is_sold_twice(slot):
    clerk = clerk_of(slot.product, float_fen=20_000)

    sell_to_all(clerk, slot)

    shift = Shift.objects.get()
    assert sum(row.fen for row in desk.counted(shift)) == shift.taken_fen == 9500 + ADULT
    assert counts.counts([slot.bucket_id])[slot.bucket_id] == (50, 48)
    with pytest.raises(orders.SoldOut):
        sell_online(slot, 5000, 3)
