"""What is shut: at once for everybody, looked at first, undone in a minute, carried out once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bookings.contracts import Entitlement
from bookings.vouchers import operations as vouchers
from kernel.audit.models import Entry
from kernel.errors import Refusal
from kernel.outbox.models import Event
from tests.bookings.conftest import AT as SOLD_AT
from tests.bookings.vouchers.conftest import sell
from tests.factories.kernel import PlaceFactory
from tests.factories.tourism import ProductFactory, ScenicAreaFactory, ask_for, party, slot_on
from tests.tourism.conftest import VISIT
from tests.tourism.crowd.conftest import TEN, minutes
from tourism.areas.models import Cableway, Gate
from tourism.crowd import operations, queries
from tourism.crowd.models import Stop, StopState, Watch
from tourism.tickets import offers

pytestmark = pytest.mark.django_db

MADE, SECOND = "user:1", "user:2"


@pytest.fixture
def cableway(area) -> Cableway:
    lower, upper = (PlaceFactory(region=area.region) for _end in range(2))
    return Cableway.objects.create(
        area=area, from_place=lower, to_place=upper, slug="yungu", name_zh="云谷索道",
        name_en="Yungu Cableway", kind="gondola", length_m=2808, rise_m=773, ride_min=10,
        capacity_per_hour=1900, peak_adult_fen=8000, peak_child_fen=4000, off_adult_fen=6500,
        off_child_fen=3500,
    )  # fmt: skip


@pytest.fixture
def wanted(area, cableway) -> operations.Wanted:
    return operations.Wanted(
        area=area, cableway=cableway, starts_at=TEN, until=None, reason_zh="大风",
        reason_en="Strong wind",
    )  # fmt: skip


@pytest.fixture
def booked(shop, sellers, cableway):
    """Three people who hold the cableway for today."""
    order = sell(shop, SOLD_AT)
    rights = [
        Entitlement(
            part_key=f"lift{number}", zone=f"lift:{cableway.pk}", valid_from=TEN,
            valid_until=TEN + timedelta(hours=2),
        )
        for number in range(3)
    ]  # fmt: skip
    vouchers.issue(line=order.lines.get(), entitlements=rights, at=SOLD_AT)


ELEVEN = TEN + minutes(60)


def hindrance(area, zone="", starts_at=ELEVEN, at=TEN, doors=()) -> Refusal | None:
    return queries.hindrance(
        area_id=area.pk, zone=zone or area.zone, starts_at=starts_at,
        ends_at=starts_at + minutes(60), title="Ticket", region=area.region, at=at,
        doors=doors,
    )  # fmt: skip


def test_a_stop_is_named_with_the_time_of_its_place(wanted):
    made = operations.stop(wanted, actor=MADE, at=TEN)

    assert str(made).endswith(" 2026-10-14 10:00")


def test_looking_first_says_how_many_it_meets_and_changes_nothing(wanted, booked, walk, cableway):
    walk(4, TEN - minutes(10), zone=f"lift:{cableway.pk}")
    operations.recount_all(at=TEN)

    seen = operations.preview(wanted, at=TEN)

    assert (seen.people, seen.still_in, seen.needs_second) == (3, 4, False)
    assert sum(count for _hour, _title, count in seen.by_hour) == 3
    assert not Stop.objects.exists()


def test_a_stop_holds_at_once_for_what_it_is_of(wanted, area, cableway):
    row = operations.stop(wanted, actor=MADE, at=TEN)

    refusal = hindrance(area, f"lift:{cableway.pk}")
    assert isinstance(refusal, queries.Stopped)
    assert refusal.reason == (
        "Ticket is shut since 10:00: Strong wind. Please choose another time or another day."
    )
    assert hindrance(area) is None
    assert hindrance(area, "lift:0") is None
    assert (row.affected, row.needs_second) == (0, False)
    assert Entry.objects.get(action="crowd.stop.made").actor == MADE


def test_a_stop_of_the_area_is_one_of_everything_in_it(wanted, area, cableway):
    operations.stop(replace(wanted, cableway=None), actor=MADE, at=TEN)

    assert isinstance(hindrance(area), queries.Stopped)
    assert isinstance(hindrance(area, f"lift:{cableway.pk}"), queries.Stopped)
    assert hindrance(ScenicAreaFactory(region=area.region)) is None


def gate_of(area, slug: str, scans: str = "IN") -> Gate:
    return Gate.objects.create(
        area=area, slug=slug, name_zh=slug, name_en=slug.title(), scans=scans,
        place=PlaceFactory(region=area.region),
    )  # fmt: skip


@pytest.fixture
def gates(area) -> tuple[Gate, Gate]:
    """Two that let in; another one is the way out."""
    gate_of(area, "exit", scans="OUT")
    return gate_of(area, "north"), gate_of(area, "south")


def shut_gate(wanted, gate: Gate, at=TEN, until=None) -> Stop:
    return operations.stop(
        replace(wanted, cableway=None, gate=gate, starts_at=at, until=until), actor=MADE, at=at
    )


def test_while_another_gate_lets_in_entry_is_sold(wanted, area, gates):
    shut_gate(wanted, gates[0])

    assert hindrance(area) is None
    assert hindrance(area, doors=["north", "south"]) is None
    assert isinstance(hindrance(area, doors=["north"]), queries.Stopped)


def test_when_no_gate_lets_in_no_entry_is_sold_and_rides_are(wanted, area, gates, cableway):
    shut_gate(wanted, gates[0])
    shut_gate(wanted, gates[1], at=TEN + minutes(5))

    assert isinstance(hindrance(area), queries.Stopped)
    assert hindrance(area, cableway.zone) is None


def test_it_is_sold_again_for_when_the_first_gate_opens(wanted, area, gates):
    shut_gate(wanted, gates[0], until=TEN + minutes(90))
    shut_gate(wanted, gates[1])

    assert isinstance(hindrance(area, starts_at=TEN + minutes(89)), queries.Stopped)
    assert hindrance(area, starts_at=TEN + minutes(90)) is None


def test_looking_at_a_gate_first_says_by_which_others_people_come_in(wanted, area, gates):
    one, other = (replace(wanted, cableway=None, gate=gate) for gate in gates)

    seen = operations.preview(one, at=TEN)
    operations.stop(one, actor=MADE, at=TEN)
    last = operations.preview(other, at=TEN)

    assert (seen.ways, last.ways) == (("South",), ())


@pytest.mark.parametrize(("doors", "met"), [([], 0), (["north"], 2), (["north", "south"], 0)])
def test_a_gate_meets_whom_no_other_lets_in(shop, sellers, wanted, area, gates, doors, met):
    order = sell(shop, SOLD_AT)
    rights = [
        Entitlement(
            part_key=f"p{number}", zone=area.zone, valid_from=TEN,
            valid_until=TEN + timedelta(hours=2), doors_in=tuple(doors),
        )
        for number in range(2)
    ]  # fmt: skip
    vouchers.issue(line=order.lines.get(), entitlements=rights, at=SOLD_AT)

    seen = operations.preview(replace(wanted, cableway=None, gate=gates[0]), at=TEN)

    assert seen.people == met


def test_until_further_notice_is_until_the_end_of_the_day(wanted, area):
    operations.stop(replace(wanted, cableway=None), actor=MADE, at=TEN)

    assert hindrance(area, starts_at=TEN + timedelta(hours=12)) is not None
    assert hindrance(area, starts_at=TEN + timedelta(hours=22)) is None


def test_with_an_end_it_is_in_the_way_of_what_overlaps_it(wanted, area):
    operations.stop(replace(wanted, cableway=None, until=TEN + minutes(90)), actor=MADE, at=TEN)

    starts = [TEN - minutes(60), TEN - minutes(59), TEN + minutes(89), TEN + minutes(90)]
    assert [hindrance(area, starts_at=start) is not None for start in starts] == [
        False,
        True,
        True,
        False,
    ]


def test_no_ticket_is_sold_for_what_is_shut():
    product = ProductFactory()
    slot = slot_on(product, VISIT, time(8))
    seven = datetime(2026, 10, 13, 23, 0, tzinfo=UTC)
    row = operations.stop(
        operations.Wanted(
            area=product.area, starts_at=seven, until=None, reason_zh="雷电", reason_en="Lightning"
        ),
        actor=MADE,
        at=seven,
    )
    ask = ask_for(slot, *party("adult"))

    [shut] = offers.offer([ask], at=seven)
    operations.reopen(stop_id=row.pk, actor=MADE, at=seven + minutes(5))
    [sold] = offers.offer([ask], at=seven + minutes(5))

    assert isinstance(shut, queries.Stopped)
    assert not isinstance(sold, Refusal)


def test_a_gate_of_another_area_is_refused(wanted, area):
    other = ScenicAreaFactory(region=area.region)
    gate = Gate.objects.create(
        area=other, slug="n", name_zh="北门", place=PlaceFactory(region=area.region)
    )

    with pytest.raises(operations.WrongThing):
        operations.stop(replace(wanted, cableway=None, gate=gate), actor=MADE, at=TEN)

    assert not Stop.objects.exists()


def test_what_is_shut_is_not_shut_again(wanted):
    operations.stop(wanted, actor=MADE, at=TEN)

    with pytest.raises(operations.AlreadyShut):
        operations.stop(wanted, actor=SECOND, at=TEN)

    assert Stop.objects.count() == 1


def test_days_are_a_closure_and_no_stop(wanted):
    with pytest.raises(operations.TooLong):
        operations.stop(replace(wanted, until=TEN + timedelta(hours=49)), actor=MADE, at=TEN)

    assert not Stop.objects.exists()


def test_within_a_minute_it_is_undone_and_nobody_is_told(wanted, area, booked):
    row = operations.stop(wanted, actor=MADE, at=TEN)

    operations.undo(stop_id=row.pk, actor=MADE, at=TEN + timedelta(seconds=59))

    row.refresh_from_db()
    assert row.state == StopState.UNDONE
    assert hindrance(area, row.zone) is None
    assert operations.carry_out(at=TEN + minutes(5)) == 0
    assert not Event.objects.filter(name__startswith="tourism.crowd").exists()


def test_after_a_minute_it_cannot_be_undone_any_more(wanted):
    row = operations.stop(wanted, actor=MADE, at=TEN)

    with pytest.raises(operations.TooLateToUndo):
        operations.undo(stop_id=row.pk, actor=MADE, at=TEN + timedelta(seconds=60))

    row.refresh_from_db()
    assert row.state == StopState.STANDING


def test_its_work_begins_once_when_it_can_no_longer_be_undone(wanted, booked, cableway):
    row = operations.stop(wanted, actor=MADE, at=TEN)

    assert operations.carry_out(at=TEN + timedelta(seconds=59)) == 0
    assert [operations.carry_out(at=TEN + minutes(m)) for m in (1, 2)] == [1, 0]

    event = Event.objects.get(name="tourism.crowd.stopped")
    assert event.facts == {
        "stop_id": row.pk,
        "zone": f"lift:{cableway.pk}",
        "starts_at": TEN.isoformat(),
        "until": (TEN + timedelta(hours=14)).astimezone(row.area.region.tz).isoformat(),
        "reason_zh": "大风",
        "reason_en": "Strong wind",
        "actor": MADE,
    }


def test_for_many_people_somebody_else_confirms_first(wanted, booked, area):
    Watch.objects.create(area=area, confirm_above=2)
    row = operations.stop(wanted, actor=MADE, at=TEN)
    assert (row.needs_second, hindrance(area, row.zone) is not None) == (True, True)

    assert operations.carry_out(at=TEN + minutes(2)) == 0
    with pytest.raises(operations.NotTwo):
        operations.confirm(stop_id=row.pk, actor=MADE, at=TEN + minutes(2))
    operations.confirm(stop_id=row.pk, actor=SECOND, at=TEN + minutes(2))

    assert operations.carry_out(at=TEN + minutes(2)) == 1


def test_what_few_hold_needs_no_second_person(wanted, booked):
    row = operations.stop(wanted, actor=MADE, at=TEN)

    with pytest.raises(operations.NotTwo):
        operations.confirm(stop_id=row.pk, actor=SECOND, at=TEN)

    row.refresh_from_db()
    assert row.confirmed_at is None


def test_opening_again_tells_whoever_was_told_of_the_stop_once(wanted, area):
    row = operations.stop(wanted, actor=MADE, at=TEN)
    operations.carry_out(at=TEN + minutes(2))

    for _twice in range(2):
        operations.reopen(stop_id=row.pk, actor=SECOND, at=TEN + minutes(90))

    assert hindrance(area, row.zone) is None
    assert Event.objects.filter(name="tourism.crowd.reopened").count() == 1


def test_opening_before_its_work_began_tells_nobody(wanted):
    row = operations.stop(wanted, actor=MADE, at=TEN)

    operations.reopen(stop_id=row.pk, actor=MADE, at=TEN + timedelta(seconds=70))

    assert operations.carry_out(at=TEN + minutes(5)) == 0
    assert not Event.objects.filter(name__startswith="tourism.crowd").exists()


def test_a_stop_with_an_end_ends_by_itself_and_can_be_made_again(wanted, area):
    timed = replace(wanted, until=TEN + minutes(60))
    row = operations.stop(timed, actor=MADE, at=TEN)
    operations.carry_out(at=TEN + minutes(2))

    operations.carry_out(at=TEN + minutes(59))
    row.refresh_from_db()
    assert row.state == StopState.STANDING
    operations.carry_out(at=TEN + minutes(60))

    row.refresh_from_db()
    assert (row.state, row.ended_by) == (StopState.ENDED, "system")
    assert Event.objects.filter(name="tourism.crowd.reopened").count() == 1
    operations.stop(replace(timed, starts_at=ELEVEN, until=None), actor=MADE, at=ELEVEN)


def test_what_nobody_has_confirmed_in_its_time_tells_nobody(wanted, booked, area):
    Watch.objects.create(area=area, confirm_above=2)
    operations.stop(replace(wanted, until=TEN + minutes(30)), actor=MADE, at=TEN)

    assert operations.carry_out(at=TEN + minutes(31)) == 0

    assert Stop.objects.get().state == StopState.ENDED
    assert not Event.objects.filter(name__startswith="tourism.crowd").exists()
