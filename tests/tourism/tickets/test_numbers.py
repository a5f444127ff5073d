"""A desk that is cut off sells numbers that were reserved: never one too many, accounted for once."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse

from accounts.travellers.models import Traveller
from bookings.cash.models import Shift, Taking
from bookings.codes import queries as issuers
from bookings.codes import wire
from bookings.desk.models import BlockNumber, NumberBlock, NumberState, Sale
from bookings.desk.operations import naming
from bookings.gates import bundle, tags
from bookings.gates.models import GateDevice
from bookings.gates.queries import rights
from bookings.inventory import queries as counts
from bookings.inventory.models import Bucket
from bookings.ledger.models import Posting
from bookings.refunds import operations as refunds
from bookings.refunds.models import Refund, RefundState
from bookings.vouchers import operations as vouchers
from bookings.vouchers.models import Pass, State, Voucher
from bookings.vouchers.posts import Post
from config.demo.visitors import document_number
from kernel import clock, invariants
from kernel.outbox import operations as outbox
from tests.bookings.gates.conftest import opened
from tests.tourism.tickets.test_desk import (  # noqa: F401 - fixtures
    ADULT,
    clerk_of,
    left,
    morning,
    product,
    sell_online,
)
from tourism.areas.models import Gate
from tourism.areas.posts import area_posts
from tourism.tickets.models import Admission, PersonLimit

pytestmark = pytest.mark.django_db(transaction=False)

KEY = "key-of-this-browser"


def work() -> None:
    """Let the workers do what waits."""
    for _round in range(6):
        outbox.drain(at=clock.now())


def reserve(browser: Client, slot, key: str = KEY, **counts_by_class: int):
    form = {"what": f"ticket:{slot.pk}", "device_key": key}
    form |= {f"n_{code}": str(number) for code, number in counts_by_class.items()}
    return browser.post(reverse("desk:reserve"), form)


def fetch(browser: Client, key: str = KEY):
    block = NumberBlock.objects.latest("pk")
    return browser.post(reverse("desk:block"), {"block": block.pk, "device_key": key})


def merge(browser: Client, *numbers: int, done: bool = False, key: str = KEY, who=None):
    now_ms = int(clock.now().timestamp() * 1000)
    body = {
        "block": NumberBlock.objects.latest("pk").pk, "device_key": key, "done": done,
        "sales": [
            {"n": n, "at_ms": now_ms, "given_fen": 20_000, "who": (who or {}).get(n, "")}
            for n in numbers
        ],
    }  # fmt: skip
    return browser.post(reverse("desk:merge"), json.dumps(body), content_type="application/json")


def account(name: str) -> int:
    return sum(Posting.objects.filter(account=name).values_list("amount_fen", flat=True))


def test_reserved_numbers_are_places_of_the_counter_and_good_codes(slot, morning):  # noqa: F811
    browser = clerk_of(slot.product)

    assert reserve(browser, slot, adult=2, senior_half=1).status_code == 201
    work()
    told = fetch(browser).json()

    assert left(slot) == {"own": 45, "counter": 2}
    assert told["is_ready"]
    assert [(one["n"], one["class"], one["fen"]) for one in told["numbers"]] == [
        (1, "adult", ADULT), (2, "adult", ADULT), (3, "senior_half", 9500),
    ]  # fmt: skip
    assert Voucher.objects.filter(state=State.ACTIVE).count() == 3
    assert Shift.objects.get().taken_fen == 0
    block = NumberBlock.objects.get()
    assert account(block.actor) == 2 * ADULT + 9500
    post = Post(
        zone=f"area:{slot.product.area_id}", title={"en": "North"},
        organisation_id=slot.product.area.organisation_id, region_id=slot.region_id,
    )  # fmt: skip
    entered = vouchers.redeem(
        text=told["numbers"][0]["code"], post=post, actor="user:9", request_key="k" * 8,
        at=clock.now(),
    )  # fmt: skip
    assert len(entered.vouchers) == 1


def test_what_was_sold_goes_into_the_drawer_once_and_the_rest_goes_back(slot, morning):  # noqa: F811
    browser = clerk_of(slot.product)
    reserve(browser, slot, adult=3)
    work()

    first = merge(browser, 1, 2)
    again = merge(browser, 1, 2, done=True)
    work()
    refunds.send_due(at=clock.now())
    work()

    assert first.json() == {"accepted": [1, 2], "refused": {}, "unnamed": {}, "closed": False}
    assert again.json() == {"accepted": [1, 2], "refused": {}, "unnamed": {}, "closed": True}
    shift, block = Shift.objects.get(), NumberBlock.objects.get()
    assert (shift.taken_fen, Taking.objects.count(), Sale.objects.count()) == (2 * ADULT, 2, 2)
    assert account(shift.account) == 2 * ADULT
    assert account(block.actor) == 0
    assert left(slot) == {"own": 45, "counter": 3}
    assert list(block.numbers.order_by("number").values_list("state", flat=True)) == [
        NumberState.SOLD, NumberState.SOLD, NumberState.RETURNED,
    ]  # fmt: skip
    assert Refund.objects.get().state == RefundState.DONE
    assert Voucher.objects.filter(state=State.VOIDED).count() == 1


def test_online_and_numbers_together_never_exceed_what_there_is(slot, morning, at):  # noqa: F811
    for first in (1000, 1015, 1030):
        sell_online(slot, first, 15)
    browser = clerk_of(slot.product)

    reserve(browser, slot, adult=20)

    assert BlockNumber.objects.count() == 5
    assert left(slot) == {"own": 0, "counter": 0}
    assert counts.counts([slot.bucket_id])[slot.bucket_id] == (50, 50)
    other = clerk_of(slot.product)
    refused = reserve(other, slot, key="key-of-another-one", adult=1)
    assert refused.status_code >= 400
    assert NumberBlock.objects.count() == 1


def test_a_second_browser_with_the_block_is_refused(slot, morning):  # noqa: F811
    browser = clerk_of(slot.product)
    reserve(browser, slot, adult=2)
    work()

    assert fetch(browser, key="key-of-another-browser").status_code == 409
    assert merge(browser, 1, key="key-of-another-browser").status_code == 409
    assert reserve(browser, slot, key="key-of-another-browser", adult=1).status_code == 409
    assert Shift.objects.get().taken_fen == 0
    assert NumberBlock.objects.count() == 1


def test_another_house_has_no_such_block(slot, morning):  # noqa: F811
    reserve(clerk_of(slot.product), slot, adult=1)
    from tests.factories.tourism import ProductFactory

    stranger = clerk_of(ProductFactory())

    assert fetch(stranger).status_code == 404
    assert merge(stranger, 1).status_code == 404


def test_the_drawer_is_not_counted_before_the_numbers_are_accounted_for(slot, morning):  # noqa: F811
    browser = clerk_of(slot.product)
    reserve(browser, slot, adult=1)
    work()

    browser.post(reverse("cash:close"), {"counted": "0", "note": ""})
    assert Shift.objects.get().closed_at is None
    merge(browser, 1, done=True)
    browser.post(reverse("cash:close"), {"counted": "190", "note": ""})

    shift = Shift.objects.get()
    assert (shift.closed_at is not None, shift.difference_fen) == (True, 0)


def test_a_number_that_has_let_somebody_in_is_not_given_back_untold(slot, morning):  # noqa: F811
    browser = clerk_of(slot.product)
    reserve(browser, slot, adult=1)
    work()
    post = Post(
        zone=f"area:{slot.product.area_id}", title={"en": "North"},
        organisation_id=slot.product.area.organisation_id, region_id=slot.region_id,
    )  # fmt: skip
    vouchers.redeem(
        text=Pass.objects.get().short_code, post=post, actor="user:9", request_key="k" * 8,
        at=clock.now(),
    )  # fmt: skip

    answer = merge(browser, done=True)

    assert answer.json()["closed"] is False
    assert BlockNumber.objects.get().state == NumberState.RESERVED
    assert merge(browser, 1, done=True).json() == {
        "accepted": [1], "refused": {}, "unnamed": {}, "closed": True,
    }  # fmt: skip


def test_a_number_that_went_back_is_told_apart(slot, morning):  # noqa: F811
    browser = clerk_of(slot.product)
    reserve(browser, slot, adult=1)
    work()
    merge(browser, done=True)

    assert merge(browser, 1, 7).json()["refused"] == {"1": "returned", "7": "unknown"}
    assert Shift.objects.get().taken_fen == 0


def test_nonsense_is_refused(slot, morning):  # noqa: F811
    browser = clerk_of(slot.product)
    reserve(browser, slot, adult=1)

    for body in ("", "[]", '{"sales": 1}', '{"sales": [{}]}', '{"sales": [{"n": "x"}]}'):
        answer = browser.post(reverse("desk:merge"), body, content_type="application/json")
        assert answer.status_code in (400, 404)
    assert reserve(browser, slot, key="short", adult=1).status_code == 400
    assert reserve(browser, slot, key="k" * 20).status_code == 400


def line(number: int, name: str = "王小明") -> str:
    """As a card reader types it."""
    return f"{document_number(number)} {name}"


def post_of(slot) -> Post:
    return Post(
        zone=f"area:{slot.product.area_id}", title={"en": "North"},
        organisation_id=slot.product.area.organisation_id, region_id=slot.region_id,
    )  # fmt: skip


def test_who_it_was_sold_to_is_named_when_it_is_told(slot, morning):  # noqa: F811
    browser = clerk_of(slot.product)
    reserve(browser, slot, adult=2)
    work()

    first = merge(browser, 1, 2, who={1: line(1)})
    again = merge(browser, 1, 2, who={1: line(1)}, done=True)

    assert (first.json()["unnamed"], again.json()["unnamed"]) == ({}, {})
    assert sorted(Pass.objects.values_list("holder", flat=True)) == ["", "王小明"]
    assert Admission.objects.get().document_index == Traveller.objects.get().document_index
    assert invariants.check_all(at=clock.now()) == []


def test_told_twice_at_once_it_is_named_once_and_nothing_is_wrong(slot, morning, monkeypatch):  # noqa: F811
    """Both read the code before either has named it."""
    browser = clerk_of(slot.product)
    reserve(browser, slot, adult=1)
    work()
    write = naming._write

    def first_the_other(row, carrier, who, actor, at):
        with monkeypatch.context() as patch:
            patch.setattr(naming, "_write", write)
            naming.name(row, line(1), actor=actor, at=at)
        write(row, carrier, who, actor, at)

    monkeypatch.setattr(naming, "_write", first_the_other)

    told = merge(browser, 1, who={1: line(1)}).json()

    assert told["unnamed"] == {}
    assert BlockNumber.objects.get().name_trouble == ""
    assert Pass.objects.get(order__channel="counter").traveller_id


def test_one_person_twice_a_day_is_found_when_it_is_told(slot, morning):  # noqa: F811
    """ID-04 over the cut: both were sold, one is named, the desk reads why the other is not."""
    browser = clerk_of(slot.product)
    reserve(browser, slot, adult=2)
    work()

    told = merge(browser, 1, 2, who={1: line(1), 2: line(1)}).json()

    assert told["accepted"] == [1, 2]
    assert list(told["unnamed"]) == ["2"]
    assert "ticket" in told["unnamed"]["2"]
    assert [n.name_trouble for n in BlockNumber.objects.order_by("number")] == [
        "",
        "holds_that_day",
    ]
    assert Admission.objects.count() == 1
    assert Shift.objects.get().taken_fen == 2 * ADULT


def test_who_came_in_before_it_was_told_is_found_twice_all_the_same(slot, morning):  # noqa: F811
    browser = clerk_of(slot.product)
    reserve(browser, slot, adult=2)
    work()
    merge(browser, 1, who={1: line(1)})
    second = Pass.objects.get(order__in=BlockNumber.objects.filter(number=2).values("order"))
    vouchers.redeem(
        text=second.short_code, post=post_of(slot), actor="user:9", request_key="k" * 8,
        at=clock.now(),
    )  # fmt: skip

    told = merge(browser, 1, 2, who={1: line(1), 2: line(1)}, done=True).json()

    assert list(told["unnamed"]) == ["2"]
    assert BlockNumber.objects.get(number=2).name_trouble == "holds_that_day"
    assert told["closed"]


def test_a_limit_per_person_is_found_too(slot, morning):  # noqa: F811
    PersonLimit.objects.create(product=slot.product, period="MONTH", most=1)
    browser = clerk_of(slot.product)
    reserve(browser, slot, adult=2)
    work()

    told = merge(browser, 1, 2, who={1: line(1), 2: line(2)}).json()

    assert told["unnamed"] == {}
    taken = Bucket.objects.filter(key__startswith="person:").values_list("taken", flat=True)
    assert list(taken) == [1, 1]


@pytest.mark.parametrize("typed", ["nonsense", "123", "110105194912310021 王小明"])
def test_a_line_that_names_nobody_is_said_and_the_sale_stays(slot, morning, typed):  # noqa: F811
    browser = clerk_of(slot.product)
    reserve(browser, slot, adult=1)
    work()

    told = merge(browser, 1, who={1: typed}).json()

    assert (told["accepted"], list(told["unnamed"])) == ([1], ["1"])
    assert BlockNumber.objects.get().name_trouble
    assert not Traveller.objects.exists()


def test_a_gate_without_a_network_knows_every_number_from_its_list(slot, morning):  # noqa: F811
    """Reserved, not yet sold: the list that the gate carries has it, and one given back is void in it."""
    browser = clerk_of(slot.product)
    reserve(browser, slot, adult=2)
    work()
    area = slot.product.area
    Gate.objects.create(area=area, place=area.place, slug="north", name_zh="北门")
    [post] = [p for p in area_posts(organisation_ids=[area.organisation_id], at=clock.now())
              if p.door == "north"]  # fmt: skip
    device = GateDevice(organisation_id=area.organisation_id, region_id=slot.region_id)
    today = rights.Today(device, post, area.region, clock.now())

    rows = opened(rights.whole(today).signed(clock.now()))[1]
    told = fetch(browser).json()["numbers"]
    facts = [wire.read(one["code"], keys=issuers.public_keys(), at=clock.now()) for one in told]

    listed = {row[0]: row[6] for row in rows}
    assert listed == {tags.serial_hash(each.serial): 0 for each in facts}
    merge(browser, 1, done=True)
    work()
    rows = opened(rights.whole(today).signed(clock.now()))[1]
    void = {row[0] for row in rows if row[6] & bundle.VOID}
    assert void == {tags.serial_hash(facts[1].serial)}


def test_the_block_stands_at_what_is_reserved_at_every_step(slot, morning):  # noqa: F811
    browser = clerk_of(slot.product)
    reserve(browser, slot, adult=3)
    for step in (lambda: work(), lambda: merge(browser, 1), lambda: merge(browser, 2, done=True)):
        step()
        assert invariants.check("blocks-hold-what-is-reserved", at=clock.now()) == []
    work()
    refunds.send_due(at=clock.now())
    assert invariants.check("blocks-hold-what-is-reserved", at=clock.now()) == []
    assert account(NumberBlock.objects.get().actor) == 0
