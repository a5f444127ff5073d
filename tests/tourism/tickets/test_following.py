"""An operator shuts something, once: what depends on it is suspended, and resumed when it opens."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from accounts.messages import quiet
from kernel.errors import Refusal
from tests.factories.kernel import PlaceFactory
from tests.factories.tourism import CablewayFactory, ask_for, person, slot_on
from tests.tourism.conftest import VISIT
from tests.tourism.tickets.test_stops import hours, local, ride, row_of, sell  # noqa: F401 - fixtures
from tourism.apps import _restart, _stop_parts
from tourism.areas.models import Cableway, Gate, OpeningHours
from tourism.crowd import operations as crowd
from tourism.crowd.models import Stop
from tourism.tickets import offers
from tourism.tickets import operations as tickets
from tourism.tickets.models import Choice, Product, Slot, StoppedLine, Suspension

pytestmark = pytest.mark.django_db

END_OF_QUIET = quiet.end_of_quiet
"""As it is where people sleep: most tests do without."""


class Told:
    """The event that a stop sends."""

    def __init__(self, stop: Stop) -> None:
        self.facts = {"stop_id": stop.pk}


def shut(product, at: datetime, *, gate: Gate | None = None, lift: Cableway | None = None) -> Stop:
    """Somebody has shut it and its minute is over: what follows, follows."""
    wanted = crowd.Wanted(
        area=product.area, starts_at=at, until=None, reason_zh="大风", reason_en="Wind",
        gate=gate, cableway=lift,
    )  # fmt: skip
    made = crowd.stop(wanted, actor="user:1", at=at)
    Stop.objects.filter(pk=made.pk).update(carried_out_at=at)
    _stop_parts(event=Told(made), at=at)
    follow(at)
    return made


def open_again(stop: Stop, at: datetime) -> None:
    crowd.reopen(stop_id=stop.pk, actor="user:2", at=at)
    _restart(event=Told(stop), at=at)
    for each in Suspension.objects.filter(restarted_at__isnull=False):
        tickets.follow_resumption(suspension_id=each.pk, at=at)


def follow(at: datetime) -> None:
    for each in Suspension.objects.filter(restarted_at=None):
        tickets.follow_suspension(suspension_id=each.pk, at=at)


def suspended() -> list[tuple[str, int | None]]:
    rows = Suspension.objects.filter(restarted_at=None).order_by("zone")
    return list(rows.values_list("zone", "cause_id"))


def gate_of(product, slug: str) -> Gate:
    place = PlaceFactory(region=product.area.region)
    return Gate.objects.create(area=product.area, slug=slug, name_zh=slug, place=place)


def test_a_lift_that_is_shut_suspends_its_rides_until_it_runs_again(ride, hours):  # noqa: F811
    line = sell(hours[2], 1)

    stop = shut(ride, local(ride, 11), lift=ride.cableway)

    made = Suspension.objects.get()
    assert (made.zone, made.cause, made.reason, made.reason_en) == (
        ride.cableway.zone, stop, "大风", "Wind",
    )  # fmt: skip
    assert row_of(line).choice == Choice.OPEN
    open_again(stop, local(ride, 11, 5))
    made.refresh_from_db()
    assert made.restarted_at == local(ride, 11, 5)
    assert row_of(line).choice == Choice.KEPT
    assert not Slot.objects.filter(is_open=False).exists()


def test_again_is_nothing(ride, hours):  # noqa: F811
    stop = shut(ride, local(ride, 11), lift=ride.cableway)

    _stop_parts(event=Told(stop), at=local(ride, 11, 1))

    assert Suspension.objects.count() == 1


def test_an_area_that_is_shut_suspends_its_rides_as_well(product, slot, ride, hours):  # noqa: F811
    gate, lift = sell(slot, 1, fen=19_000), sell(hours[2], 2, actor="guest:b")

    stop = shut(product, local(ride, 9))

    assert suspended() == [(product.area.zone, stop.pk), (ride.cableway.zone, stop.pk)]
    assert [row_of(line).choice for line in (gate, lift)] == [Choice.OPEN] * 2


def test_while_one_gate_is_open_entry_goes_on(product, slot):
    north, _south = gate_of(product, "north"), gate_of(product, "south")

    shut(product, product.area.region.at(VISIT, time(9)), gate=north)

    assert suspended() == []
    slot.refresh_from_db()
    assert slot.is_open


def test_when_the_last_gate_shuts_its_visitors_choose_until_one_opens(product, slot):
    north, south = gate_of(product, "north"), gate_of(product, "south")
    line = sell(slot, 1, fen=19_000)
    nine = product.area.region.at(VISIT, time(9))
    first = shut(product, nine, gate=north)

    last = shut(product, nine.replace(minute=10), gate=south)

    assert suspended() == [(product.area.zone, last.pk)]
    assert row_of(line).choice == Choice.OPEN
    open_again(first, nine.replace(minute=20))
    assert suspended() == []
    assert row_of(line).choice == Choice.KEPT


def test_a_ticket_for_one_gate_stops_with_it(product, slot):
    north, _south = gate_of(product, "north"), gate_of(product, "south")
    product.gates_in.add(north)

    stop = shut(product, product.area.region.at(VISIT, time(9)), gate=north)

    assert suspended() == [(product.area.zone, stop.pk)]


def test_what_another_stop_stands_against_stays_suspended_by_that_one(product, slot, ride, hours):  # noqa: F811
    whole = shut(product, local(ride, 9))
    lift = shut(ride, local(ride, 10), lift=ride.cableway)
    assert suspended() == [(product.area.zone, whole.pk), (ride.cableway.zone, whole.pk)]

    open_again(whole, local(ride, 11))

    assert suspended() == [(ride.cableway.zone, lift.pk)]
    open_again(lift, local(ride, 12))
    assert suspended() == []


def test_a_lift_of_another_area_runs_on(ride, hours):  # noqa: F811
    other = CablewayFactory()

    shut(ride, local(ride, 9), lift=ride.cableway)

    assert [zone for zone, _cause in suspended()] == [ride.cableway.zone] != [other.zone]


def test_where_nothing_is_sold_a_stop_suspends_nothing(product):
    shut(product, product.area.region.at(VISIT, time(9)))

    assert suspended() == []


class TestUntilFurtherNotice:
    """Shut on Wednesday at eleven without an end, and still shut on Thursday."""

    @pytest.fixture(autouse=True)
    def people_sleep(self, monkeypatch):
        monkeypatch.setattr(quiet, "end_of_quiet", END_OF_QUIET)

    @pytest.fixture
    def thursday(self, ride):  # noqa: F811
        day = VISIT + timedelta(days=1)
        return [
            slot_on(ride, day, time(hour), ends=time(hour + 1), permille=1000) for hour in (9, 12)
        ]

    @pytest.fixture
    def stop(self, ride, hours, thursday) -> Stop:  # noqa: F811
        return shut(ride, local(ride, 11), lift=ride.cableway)

    def on_thursday(self, ride, hour: int, minute: int = 0) -> datetime:  # noqa: F811
        return ride.area.region.at(VISIT + timedelta(days=1), time(hour, minute))

    def offered(self, slot: Slot, at: datetime) -> bool:
        [answer] = offers.offer([ask_for(slot, person(90))], at=at)
        return not isinstance(answer, Refusal)

    def test_on_the_day_itself_the_next_is_sold_on(self, ride, stop, thursday):  # noqa: F811
        assert self.offered(thursday[1], local(ride, 18))
        assert tickets.carry_over(at=local(ride, 23, 59)) == 0
        assert Suspension.objects.count() == 1

    def test_from_midnight_on_nothing_of_the_new_day_is_sold(self, ride, stop, thursday):  # noqa: F811
        assert not self.offered(thursday[1], self.on_thursday(ride, 0, 5))

    def test_its_holders_are_asked_in_the_morning_and_once(self, ride, stop, thursday):  # noqa: F811
        line = sell(thursday[1], 7)

        assert tickets.carry_over(at=self.on_thursday(ride, 7, 59)) == 0
        eight = self.on_thursday(ride, 8)
        assert [tickets.carry_over(at=eight) for _twice in range(2)] == [1, 0]
        follow(eight)

        row = row_of(line)
        assert (row.choice, row.decide_by) == (Choice.OPEN, self.on_thursday(ride, 14))
        assert row.suspension.cause == stop
        assert not Slot.objects.filter(pk__in=[each.pk for each in thursday], is_open=True).exists()

    def test_who_went_over_to_the_new_day_is_asked_again(self, ride, hours, thursday):  # noqa: F811
        line = sell(hours[2], 7)
        shut(ride, local(ride, 11), lift=ride.cableway)
        tickets.choose(
            row=row_of(line), choice=Choice.MOVE, slot_id=thursday[1].pk, at=local(ride, 11, 30)
        )

        tickets.carry_over(at=self.on_thursday(ride, 8))
        follow(self.on_thursday(ride, 8))

        rows = StoppedLine.objects.filter(line=line).order_by("pk")
        assert [row.choice for row in rows] == [Choice.MOVE, Choice.OPEN]

    def test_what_begins_before_eight_is_asked_about_when_it_begins(self, ride, stop):  # noqa: F811
        OpeningHours.objects.update(opens=time(6))
        Cableway.objects.update(peak_opens=time(6))
        slot_on(
            Product.objects.get(pk=ride.pk), VISIT + timedelta(days=1), time(6), ends=time(7),
            permille=1000,
        )  # fmt: skip

        assert tickets.carry_over(at=self.on_thursday(ride, 5, 59)) == 0
        assert tickets.carry_over(at=self.on_thursday(ride, 6)) == 1

    def test_it_opens_and_all_is_as_before(self, ride, stop, thursday):  # noqa: F811
        line = sell(thursday[1], 7)
        tickets.carry_over(at=self.on_thursday(ride, 8))
        follow(self.on_thursday(ride, 8))

        open_again(stop, self.on_thursday(ride, 10))

        assert row_of(line).choice == Choice.KEPT
        assert suspended() == []
        assert self.offered(thursday[1], self.on_thursday(ride, 10, 1))

    def test_a_day_without_times_has_nothing_to_suspend(self, ride, hours):  # noqa: F811
        shut(ride, local(ride, 11), lift=ride.cableway)

        assert tickets.carry_over(at=self.on_thursday(ride, 9)) == 0
        assert Suspension.objects.count() == 1
