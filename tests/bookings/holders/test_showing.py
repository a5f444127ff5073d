"""The holder's page: the code on this phone, and nobody else's."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bookings.codes import operations as issuers
from bookings.codes import queries as codes
from bookings.codes import wire
from bookings.codes.models import DeskNumber, PhoneKey
from bookings.codes.phones import Phone
from bookings.vouchers import operations as vouchers
from bookings.vouchers import queries
from bookings.vouchers.models import Redemption, Voucher
from tests.bookings.vouchers.conftest import INSIDE, sell

pytestmark = pytest.mark.django_db

JSON = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr("kernel.clock.now", lambda: INSIDE)


def ask(client, carrier, phone: Phone, *, move: str = ""):
    url = f"/en/o/{carrier.order.token}/codes/{carrier.pk}/phone/"
    return client.post(url, {"public": phone.public.hex(), "move": move}, headers=JSON)


def bound(client, carrier, phone: Phone, *, move: str = "") -> str:
    """The text that this phone shows now."""
    answer = ask(client, carrier, phone, move=move).json()
    return phone.show(bytes.fromhex(answer["level_1"]), at=INSIDE)


def test_a_phone_gets_a_code_that_lets_in(client, carrier, post):
    text = bound(client, carrier, Phone())

    done = vouchers.redeem(text=text, post=post, actor="user:1", request_key="k", at=INSIDE)

    assert len(done.vouchers) == 1
    facts = wire.read(text, keys=codes.public_keys(), at=INSIDE)
    [right] = facts.rights
    assert (right.tag, right.entries) == (wire.tag_of("plain:1"), 1)


def test_a_screenshot_lets_nobody_in_half_a_minute_later(client, carrier, post):
    """F63."""
    text = bound(client, carrier, Phone())
    later = INSIDE + timedelta(seconds=30)

    with pytest.raises(wire.Stale):
        vouchers.redeem(text=text, post=post, actor="user:1", request_key="k", at=later)

    assert not Redemption.objects.exists()
    assert Voucher.objects.get().entries_used == 0


def test_the_page_may_ask_as_often_as_it_likes(client, carrier):
    phone = Phone()

    first, again = ask(client, carrier, phone), ask(client, carrier, phone)

    assert first.json() == again.json()
    assert first.json()["now"] == int(INSIDE.timestamp() * 1000)
    assert PhoneKey.objects.count() == 1


def test_another_phone_must_say_that_it_takes_over_and_then_the_first_is_dead(
    client, carrier, post
):
    first, second = Phone(), Phone()
    old = bound(client, carrier, first)

    refused = ask(client, carrier, second)
    assert (refused.status_code, refused.json()["code"]) == (409, "bound_elsewhere")
    new = bound(client, carrier, second, move="1")

    with pytest.raises(codes.Superseded):
        vouchers.redeem(text=old, post=post, actor="user:1", request_key="a", at=INSIDE)
    assert Voucher.objects.get().entries_used == 0
    assert vouchers.redeem(text=new, post=post, actor="user:1", request_key="b", at=INSIDE)
    assert ask(client, carrier, first).status_code == 409


def test_the_order_page_prints_a_code_of_the_newest_sequence(client, carrier, order):
    bound(client, carrier, Phone())
    bound(client, carrier, Phone(), move="1")

    [printed] = queries.passes(order, at=INSIDE)

    facts = codes.verify(printed.code_text, at=INSIDE)
    assert (facts.is_static, facts.sequence) == (True, 1)


@pytest.mark.parametrize("public", ["", "zz", "00", "02" + "f" * 64, "0" * 4000])
def test_what_is_no_key_binds_nothing(client, carrier, public):
    url = f"/en/o/{carrier.order.token}/codes/{carrier.pk}/phone/"

    assert client.post(url, {"public": public}, headers=JSON).status_code == 400
    assert not PhoneKey.objects.exists()


def test_the_pass_of_another_order_is_not_there(client, carrier, shop, at):
    other = sell(shop, at)
    url = f"/en/o/{other.token}/codes/{carrier.pk}/phone/"

    answer = client.post(url, {"public": Phone().public.hex()}, headers=JSON)

    assert answer.status_code == 404
    assert not PhoneKey.objects.exists()


def test_a_spent_pass_says_no_rights(client, carrier, post):
    phone = Phone()
    text = bound(client, carrier, phone)
    vouchers.redeem(text=text, post=post, actor="user:1", request_key="k", at=INSIDE)

    facts = wire.read(bound(client, carrier, phone), keys=codes.public_keys(), at=INSIDE)

    assert facts.rights == ()


def test_six_digits_stand_for_the_pass(client, carrier):
    url = f"/en/o/{carrier.order.token}/codes/{carrier.pk}/digits/"

    page = client.post(url).content.decode()

    [digits] = re.findall(r"data-six>(\d{6})<", page)
    found = issuers.open_digits(digits=digits, post="plain:1", at=INSIDE)
    assert found == (carrier.serial, 0)
    assert DeskNumber.objects.count() == 1


def test_the_page_offers_a_phone_its_code_and_says_that_the_printed_one_is_fixed(client, carrier):
    page = client.get(f"/en/o/{carrier.order.token}/").content.decode()

    assert f'data-module="code" data-pass="{carrier.serial.hex}"' in page
    assert "Printed code, always the same" in page
