"""Many scans at once: each has its own answer, and all of them cost a handful of statements."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.codes import operations as issuers
from bookings.contracts import Direction, Entitlement, Reentry
from bookings.ledger import queries as ledger
from bookings.orders.models import Line, State
from bookings.vouchers import operations as vouchers
from bookings.vouchers import posts, saying
from bookings.vouchers.models import Fallback, Pass, Redemption, Surplus, TurnedAway, Voucher
from bookings.vouchers.operations import Redeemed, Scan
from kernel.outbox.models import Event
from tests.bookings.conftest import STARTS_AT
from tests.bookings.vouchers.conftest import INSIDE, sell

pytestmark = pytest.mark.django_db

OUT = Direction.OUT


@pytest.fixture
def scan(carrier, post):
    """A scan of the pass, in words of the test."""

    def make(key="request-1", at=INSIDE, text="", **words) -> Scan:
        return Scan(post, "user:1", key, at, text=text or carrier.short_code, **words)

    return make


def told(*scans):
    """What each scan is told, in one word."""
    outcomes = vouchers.redeem_many(scans, at=INSIDE)
    return [_word(outcome) for outcome in outcomes]


def _word(outcome):
    if not isinstance(outcome, Redeemed):
        return outcome.code
    return "surplus" if outcome.surplus else len(outcome.vouchers)


def test_a_refusal_of_one_leaves_the_others(shop, sellers, at, carrier, post, scan):
    other = Pass.objects.get(order=sell(shop, at))

    answers = told(
        scan(text="ZZZZZ-ZZZZZ"),
        scan("request-2"),
        scan("request-3", text=other.short_code),
        scan("request-4"),
    )

    assert answers == ["unknown_code", 1, 1, "already_used"]
    assert Redemption.objects.count() == 2
    assert sorted(TurnedAway.objects.values_list("reason", flat=True)) == [
        "already_used",
        "unknown_code",
    ]


def test_copies_of_a_request_in_one_group_are_one_passage(scan):
    first, again = vouchers.redeem_many([scan(), scan()], at=INSIDE)

    assert (first.is_repeat, again.is_repeat) == (False, True)
    assert again.vouchers == first.vouchers
    assert Redemption.objects.count() == 1


def test_ten_scans_cost_no_more_statements_than_one(shop, sellers, at, post):
    passes = [Pass.objects.get(order=sell(shop, at)) for _ in range(11)]
    here = replace(post, organisation_id=sellers["plain"].supplier_id)
    scans = [
        Scan(here, "user:1", f"request-{n}", INSIDE, text=each.short_code)
        for n, each in enumerate(passes)
    ]

    with CaptureQueriesContext(connection) as one:
        vouchers.redeem_many(scans[:1], at=INSIDE)
    with CaptureQueriesContext(connection) as ten:
        vouchers.redeem_many(scans[1:], at=INSIDE)

    assert Redemption.objects.count() == 11
    assert len(ten) == len(one) <= 14


def test_the_news_say_where_when_and_which_way(carrier, post, scan):
    here = replace(post, door="north")

    vouchers.redeem_many([Scan(here, "user:1", "k", INSIDE, text=carrier.short_code)], at=INSIDE)

    voucher, row = Voucher.objects.get(), Redemption.objects.get()
    assert Event.objects.get(name="bookings.voucher.redeemed").facts == {
        "redemption_id": row.pk,
        "voucher_id": voucher.pk,
        "line_id": voucher.line_id,
        "order_id": voucher.line.order_id,
        "part_key": "p0",
        "zone": "plain:1",
        "door": "north",
        "direction": "IN",
        "persons": 1,
        "region_id": voucher.region_id,
        "at": INSIDE.isoformat(),
    }


def test_out_and_in_again_by_the_rule(scan, line):
    Voucher.objects.update(rule=Reentry.AFTER_EXIT, reentry_days=3)
    later = INSIDE + timedelta(days=1)

    answers = told(
        scan("1"),
        scan("2"),
        scan("3", direction=OUT),
        scan("4", direction=OUT),
        scan("5", at=later),
    )

    assert answers == [1, "inside_already", 1, "not_inside", 1]
    voucher = Voucher.objects.get()
    assert (voucher.entries_used, voucher.is_inside, voucher.state) == (2, True, "ACTIVE")
    assert voucher.entered_at == INSIDE
    passages = Redemption.objects.order_by("pk").values_list("direction", "entry_no")
    assert list(passages) == [("IN", 1), ("OUT", 1), ("IN", 2)]
    assert ledger.balance(f"revenue:{line.supplier_id}") == -1000


def test_after_its_days_nobody_comes_in_again(scan, region):
    Voucher.objects.update(rule=Reentry.FREE, reentry_days=3)
    told(scan("1"))
    fourth = INSIDE.astimezone(region.tz).replace(hour=0, minute=0) + timedelta(days=3)

    [refusal] = vouchers.redeem_many([scan("2", at=fourth)], at=fourth)

    assert isinstance(refusal, vouchers.ReentryOver)
    assert refusal.facts["valid_until"] == fourth.isoformat()
    assert told(scan("3", at=fourth - timedelta(seconds=1))) == [1]


def test_another_door_is_refused_with_the_right_one(carrier, post, scan):
    Voucher.objects.update(doors_in=["north", "east"])
    south = replace(post, door="south")

    [refusal] = vouchers.redeem_many(
        [Scan(south, "user:1", "1", INSIDE, text=carrier.short_code)], at=INSIDE
    )

    assert isinstance(refusal, vouchers.NotThisDoor)
    assert refusal.facts["doors"] == "north, east"
    assert Voucher.objects.get().entries_used == 0
    assert TurnedAway.objects.get().reason == "not_this_door"


def test_the_right_doors_are_told_by_their_names(carrier, post):
    Voucher.objects.update(doors_in=["north", "gone"])
    north = replace(post, door="north", title={"en": "Gate of the Clouds"})
    posts.register(lambda **_asked: [north], label="doors in words")
    try:
        [refusal] = vouchers.redeem_many(
            [Scan(replace(post, door="south"), "user:1", "1", INSIDE, text=carrier.short_code)],
            at=INSIDE,
        )
    finally:
        posts.unregister("doors in words")

    assert refusal.facts["doors"] == "Gate of the Clouds, gone"
    assert "Gate of the Clouds" in refusal.reason


def test_three_of_a_family_now_and_two_later(shop, sellers, at, post):
    family = Pass.objects.get(order=sell(shop, at, persons=5))
    here = replace(post, organisation_id=sellers["plain"].supplier_id)

    def come(key, persons):
        return told(Scan(here, "user:1", key, INSIDE, text=family.short_code, persons=persons))

    assert come("1", 3) == [3]
    assert come("2", 3) == ["not_enough"]
    assert come("3", 2) == [2]
    assert come("4", None) == ["already_used"]
    assert Redemption.objects.count() == 5
    assert Line.objects.get(order=family.order).state == State.USED


def test_of_a_family_those_outside_come_in_before_those_inside_come_again(shop, sellers, at, post):
    family = Pass.objects.get(order=sell(shop, at, persons=3))
    here = replace(post, organisation_id=sellers["plain"].supplier_id)
    Voucher.objects.update(rule=Reentry.FREE)

    def pass_(key, persons, way):
        return told(Scan(here, "u", key, INSIDE, family.short_code, persons=persons, direction=way))

    assert pass_("1", 2, Direction.IN) == [2]
    assert pass_("2", 3, OUT) == ["not_inside"]
    assert pass_("3", None, Direction.IN) == [1]
    assert pass_("4", None, OUT) == [3]
    assert list(family.vouchers.values_list("entries_used", flat=True)) == [1, 1, 1]


def test_a_code_from_before_it_changed_hands_is_refused(carrier, scan, at):
    [old] = issuers.sign(saying.static([carrier], at=at), at=at)
    issuers.replace(serial=carrier.serial, last_day=carrier.last_day, actor="user:1", at=at)
    [new] = issuers.sign(saying.static([carrier], at=at), at=at)

    assert told(scan("1", text=old), scan("2", text=new)) == ["superseded", 1]
    assert Redemption.objects.count() == 1


def test_how_it_was_shown_is_kept(scan):
    told(scan(fallback=Fallback.DIGITS))

    row = Redemption.objects.get()
    assert (row.fallback, row.is_offline) == ("DIGITS", False)


def test_looking_uses_nothing_and_keeps_nothing(scan):
    seen = vouchers.look(scan())

    assert len(seen.vouchers) == 1
    assert Redemption.objects.count() == 0
    assert Voucher.objects.get().entries_used == 0
    with pytest.raises(vouchers.TooLate):
        vouchers.look(scan(at=INSIDE + timedelta(days=1)))
    assert TurnedAway.objects.count() == 0


class TestOffline:
    """What has happened is kept, whatever comes of it."""

    def test_two_gates_without_network_let_in_one_code_and_one_counts(
        self, carrier, post, scan, line
    ):
        north, south = replace(post, door="north"), replace(post, door="south")
        first = replace(scan("1", is_offline=True), post=north)
        second = replace(
            scan("2", at=INSIDE + timedelta(minutes=5), is_offline=True),
            post=south,
            actor="device:2",
        )

        counted, surplus = vouchers.redeem_many([first, second], at=INSIDE + timedelta(hours=1))

        assert (counted.surplus, len(counted.vouchers)) == (False, 1)
        assert (surplus.surplus, surplus.reason, surplus.vouchers) == (True, "already_used", ())
        kept = Surplus.objects.get()
        assert (kept.door, kept.counted.door) == ("south", "north")
        assert (Redemption.objects.count(), Voucher.objects.get().entries_used) == (1, 1)
        assert ledger.balance(f"revenue:{line.supplier_id}") == -1000
        told_of = Event.objects.get(name="bookings.voucher.surplus").facts
        assert (told_of["door"], told_of["counted_door"]) == ("south", "north")
        assert TurnedAway.objects.count() == 0

    def test_telling_it_twice_keeps_it_once(self, scan):
        offline = [scan("1", is_offline=True), scan("2", is_offline=True)]
        told(*offline)

        again = vouchers.redeem_many(offline, at=INSIDE)

        assert [(each.is_repeat, each.surplus) for each in again] == [(True, False), (True, True)]
        assert (Redemption.objects.count(), Surplus.objects.count()) == (1, 1)

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"state": "VOIDED", "voided_at": INSIDE}, "voided"),
            ({"valid_until": INSIDE - timedelta(minutes=1)}, "too_late"),
            ({"doors_in": ["elsewhere"]}, "not_this_door"),
        ],
    )
    def test_who_should_not_have_been_let_in_is_kept_too(self, scan, change, reason):
        Voucher.objects.update(**change)

        assert told(scan(is_offline=True)) == ["surplus"]
        kept = Surplus.objects.get()
        assert (kept.reason, kept.counted) == (reason, None)
        assert (Redemption.objects.count(), Voucher.objects.get().entries_used) == (0, 0)

    def test_of_a_party_that_was_too_large_those_count_who_could(self, shop, sellers, at, post):
        family = Pass.objects.get(order=sell(shop, at, persons=3))
        here = replace(post, organisation_id=sellers["plain"].supplier_id)
        come = Scan(here, "d", "1", INSIDE, family.short_code, persons=2)

        first, second = vouchers.redeem_many(
            [come, replace(come, request_key="2", is_offline=True)], at=INSIDE
        )

        assert (len(first.vouchers), len(second.vouchers), second.surplus) == (2, 1, True)
        assert (Redemption.objects.count(), Surplus.objects.count()) == (3, 1)

    def test_what_is_not_known_at_all_is_refused_and_kept_as_such(self, scan):
        assert told(scan(text="ZZZZZ-ZZZZZ", is_offline=True)) == ["unknown_code"]
        assert TurnedAway.objects.get().reason == "unknown_code"


class TestBeside:
    """One scan for the gate and for what is used beside it."""

    @pytest.fixture
    def combined(self, post):
        return replace(post, also=("lift:1", "run:1"))

    def give(self, line, *zones, starts_at=STARTS_AT):
        vouchers.issue(
            line=line,
            entitlements=[
                Entitlement("p0", zone, starts_at, starts_at + timedelta(hours=2)) for zone in zones
            ],
            at=INSIDE,
        )

    def come(self, carrier, post):
        scan = Scan(post, "user:1", "1", INSIDE, text=carrier.short_code)
        return vouchers.redeem_many([scan], at=INSIDE)[0]

    @pytest.mark.parametrize(
        ("held", "also", "used"),
        [
            ((), (), 1),
            (("lift:1",), (), 1),
            (("lift:1",), ("lift:1",), 2),
            (("lift:1", "run:1"), ("lift:1",), 2),
            (("lift:1", "run:1"), ("lift:1", "run:1"), 3),
            (("lift:2",), ("lift:1", "run:1"), 1),
        ],
    )
    def test_it_uses_what_is_configured_and_held(self, carrier, post, line, held, also, used):
        self.give(line, *held)

        done = self.come(carrier, replace(post, also=also))

        assert len(done.vouchers) == 1
        assert [v.zone for v in done.also] == [zone for zone in also if zone in held]
        assert Redemption.objects.count() == used
        assert ledger.balance(f"revenue:{line.supplier_id}") == -1000

    def test_a_wrong_gate_uses_nothing(self, carrier, combined, line):
        self.give(line, "lift:1", "run:1")

        refusal = self.come(carrier, replace(combined, zone="plain:9"))

        assert isinstance(refusal, vouchers.WrongPlace)
        assert Redemption.objects.count() == 0
        assert set(Voucher.objects.values_list("entries_used", flat=True)) == {0}

    def test_who_has_only_the_lift_is_told_so(self, carrier, combined, line):
        Voucher.objects.update(zone="lift:1")

        refusal = self.come(carrier, combined)

        assert isinstance(refusal, vouchers.OnlyBeside)
        assert refusal.facts["title"] == "A plain thing"
        assert Voucher.objects.get().entries_used == 0

    def test_what_is_for_another_hour_is_left_for_it(self, carrier, combined, line):
        self.give(line, "lift:1", starts_at=STARTS_AT + timedelta(hours=4))

        done = self.come(carrier, combined)

        assert (len(done.vouchers), done.also) == (1, ())
        assert Voucher.objects.get(zone="lift:1").entries_used == 0

    def test_the_way_out_uses_nothing_beside(self, carrier, combined, line):
        self.give(line, "lift:1")
        self.come(carrier, replace(combined, also=()))
        leave = Scan(combined, "u", "2", INSIDE, carrier.short_code, direction=OUT)

        assert told(leave) == [1]
        assert Voucher.objects.get(zone="lift:1").entries_used == 0
