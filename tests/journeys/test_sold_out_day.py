"""Journey 2: the national-day entry time is sold out; a couple and a friend wait for it together."""

from __future__ import annotations

from datetime import date, time

import pytest

from accounts.identity.models import User
from accounts.messages.models import Message
from bookings.orders.models import Order
from bookings.tabs.models import Tab
from bookings.vouchers.models import Voucher
from bookings.waitlist.models import Entry, EntryState, Try
from bookings.waitlist.operations import serving
from kernel import invariants
from tests.journeys.conftest import DAYS, HOURS, PRICE, Phone, Town

pytestmark = pytest.mark.django_db

CROWD = 41


def state(entry: Entry) -> str:
    entry.refresh_from_db()
    return EntryState(entry.state).value


@pytest.fixture
def sold_out(town: Town) -> Town:
    """Full at every time; at nine on the second two buyers may change their minds."""
    town.sell_out()
    return town


def give_back(town: Town, buyer: User, order: Order) -> None:
    """Somebody cancels on their phone, and the worker has its turn."""
    Phone(town, buyer).cancels(order)
    town.serve()


class Three:
    """A couple and their friend, who must stay together, and the phone they use."""

    def __init__(self, town: Town, limit_fen: int = 10_000_000) -> None:
        self.town, self.who = town, town.payer(limit_fen)
        self.phone = Phone(town, self.who)
        self.travellers = [town.traveller(self.who.actor) for _one in range(3)]

    def join(self, **more: str) -> str:
        times = [self.town.slot(2, 9), *(self.town.slots[d, h] for d in DAYS for h in HOURS)]
        chosen = list(dict.fromkeys(times))
        return self.phone.joins(
            self.travellers, chosen, **{"limit": "690", "pay_by": "tab", **more}
        )

    @property
    def link(self) -> str:
        """From the calendar into the list of nine o'clock."""
        return f"/waitlist/join/?kind=ticket&amp;ref={self.town.slot().pk}"

    @property
    def entry(self) -> Entry:
        return Entry.objects.get(actor=self.who.actor)


class TestTheWholeWay:
    """From the calendar to the codes."""

    @pytest.fixture
    def three(self, sold_out: Town) -> Three:
        """41 parties of four are in the line of nine o'clock already; the odds are known."""
        sold_out.known_odds()
        self.two_back, self.one_back = (sold_out.buys(sold_out.slot(), n) for n in (2, 1))
        for _party in range(CROWD):
            sold_out.waits(4)
        return Three(sold_out)

    def test_what_they_read_and_what_they_get(self, sold_out, three):
        page = three.phone.calendar()
        assert f"{CROWD} parties wait · chance for one person about" in page
        assert three.link in page

        joined = three.join()
        assert "You are number" in joined
        assert "The chance that your turn comes is" in joined
        entry = three.entry
        assert (entry.size, entry.limit_fen, entry.pay_by) == (3, 69_000, "tab")
        assert entry.wishes.count() == 6

        self.others_get_what_is_too_few(sold_out, three, entry)
        self.agencies_give_back(sold_out, three, entry)
        rules = [code for code in invariants.codes() if "line" in code or "passed" in code]
        assert [row for code in rules for row in invariants.check(code, at=sold_out.now)] == []

    def others_get_what_is_too_few(self, town: Town, three: Three, entry: Entry) -> None:
        """Two go to the next party of two; one to nobody, and then to whoever comes."""
        couple = town.waits(2)
        give_back(town, *self.two_back)
        assert (state(couple), state(entry)) == ("WON", "WAITING")
        kept = "2 places came free, too few for your party of 3. You keep your rank."
        assert kept in three.phone.entry(entry)

        give_back(town, *self.one_back)
        assert "1 place came free, too few for your party of 3." in three.phone.entry(entry)
        town.later(minutes=21)
        town.serve()
        assert three.link not in three.phone.calendar()
        town.buys(town.slot())

    def agencies_give_back(self, town: Town, three: Three, entry: Entry) -> None:
        """At six in the evening of the day before, and it is charged without asking."""
        town.until(town.region.at(date(2026, 10, 1), time(18, 0)))
        town.release()
        town.serve()

        three.phone = Phone(town, three.who)
        assert state(entry) == "WON"
        assert entry.order.lines.get().ref in {wish.ref for wish in entry.wishes.all()}
        assert entry.order.total_fen == 3 * PRICE
        assert Voucher.objects.filter(line__order=entry.order).exists()
        assert "You have it. Order and codes:" in three.phone.entry(entry)
        told = Message.objects.filter(user_id=three.who.pk).values_list("kind", flat=True)
        assert "bookings.waitlist.won" in told
        assert Entry.objects.filter(state="WAITING").count() == CROWD


def test_card_declined_at_the_moment_of_luck(sold_out):
    """Twenty minutes to pay otherwise, then the next party; they are told why and keep no rank."""
    town, three = sold_out, Three(sold_out, limit_fen=3 * PRICE - 1)
    giver, order = town.buys(town.slot(), 3)
    three.join()
    entry, following = three.entry, town.waits(3)

    give_back(town, giver, order)

    shown = three.phone.entry(entry)
    assert state(entry) == "OFFERED"
    assert "It was not charged at once" in shown
    assert "is left on the tab, that is too little." in shown
    town.later(minutes=21)
    town.lapse()
    town.serve()
    assert (state(entry), state(following)) == ("LAPSED", "WON")
    shown = three.phone.entry(entry)
    assert "It was your turn, and it was not paid in time" in shown
    assert "You are number" not in shown
    told = Message.objects.filter(user_id=three.who.pk).values_list("kind", flat=True)
    assert "bookings.waitlist.lapsed" in told


def test_one_of_them_holds_a_ticket_of_that_day(sold_out):
    """The party is told at joining, and nothing was written."""
    town, three = sold_out, Three(sold_out)
    town.buys(town.slot(), who=three.who, traveller=three.travellers[0])
    town.buys(town.slot(), 2)

    told = three.join()

    assert "hold a ticket for this day already" in told
    assert Entry.objects.count() == 0


def test_a_scalper_tries_sixty_times_with_one_document(sold_out):
    """One place for one identity; the tries are in the risk list."""
    town = sold_out
    town.buys(town.slot(), 3)
    scalper = town.payer()
    phone, who = Phone(town, scalper), town.traveller(scalper.actor)

    pages = [
        phone.joins([who], [town.slot()], limit="690", request_key=f"try-{n}") for n in range(60)
    ]

    assert "You are number 1 in the list." in pages[0]
    assert all("wait for this day already" in page for page in pages[1:])
    assert Entry.objects.count() == 1
    assert sum(Try.objects.values_list("times", flat=True)) == 59


class Killed(BaseException):
    """The worker's process ends."""


def test_the_worker_dies_half_way(sold_out, monkeypatch):
    """The next one comes to the same result, and nobody is served twice."""
    town = sold_out
    giver, order = town.buys(town.slot(), 3)
    entries = [town.waits(size) for size in (4, 2, 1, 1)]
    Phone(town, giver).cancels(order)
    before = Order.objects.count()

    def die(*_words, **_named):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(serving, "carry_out", die)
        with pytest.raises(Killed):
            town.serve()
    town.later(minutes=2)
    town.serve()
    town.serve()

    assert [state(entry) for entry in entries] == ["WAITING", "WON", "WON", "WAITING"]
    assert Order.objects.count() == before + 2
    assert Tab.objects.filter(used_fen=2 * PRICE, members__user__pk=entries[1].user_id).exists()


def test_nobody_wants_the_freed_place(sold_out):
    """After its twenty minutes it is sold openly."""
    town, three = sold_out, Three(sold_out)
    giver, order = town.buys(town.slot(), 1)
    town.buys(town.slot(), 2)
    three.join()
    give_back(town, giver, order)
    assert three.link in three.phone.calendar()

    town.later(minutes=21)
    town.serve()

    assert three.link not in three.phone.calendar()
    assert state(three.entry) == "WAITING"
    town.buys(town.slot(), 1)
