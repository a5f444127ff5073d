"""Letting people in: once, here, now; and every no says why."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bookings.codes import operations as issuers
from bookings.codes.wire import Forged
from bookings.ledger import queries as ledger
from bookings.ledger.models import Posting
from bookings.orders.models import State
from bookings.vouchers import operations as vouchers
from bookings.vouchers import saying
from bookings.vouchers.models import Pass, Redemption, TurnedAway, Voucher
from kernel.outbox.models import Event
from tests.bookings.conftest import STARTS_AT
from tests.bookings.vouchers.conftest import INSIDE, sell
from tests.factories.accounts import OrganisationFactory

pytestmark = pytest.mark.django_db


def scan(carrier, post, at=INSIDE, *, key="request-1", text=""):
    return vouchers.redeem(
        text=text or carrier.short_code, post=post, actor="user:1", request_key=key, at=at
    )


def test_the_typed_short_code_lets_in_once_and_books_the_use(carrier, post, line):
    done = scan(carrier, post)

    line.refresh_from_db()
    assert len(done.vouchers) == 1
    assert line.state == State.USED
    assert ledger.balance(f"revenue:{line.supplier_id}") == -1000
    assert ledger.balance(f"supplier:{line.supplier_id}") == 0
    assert Event.objects.filter(name="bookings.voucher.redeemed").count() == 1


def test_the_use_is_booked_in_the_currency_of_the_order(shop, sellers, at, post, monkeypatch):
    monkeypatch.setattr(seller := sellers["plain"], "currency", "KZT")
    order = sell(shop, at)
    here = replace(post, organisation_id=seller.supplier_id)

    scan(Pass.objects.get(order=order), here)

    assert set(Posting.objects.filter(entry__subject=order.subject).values_list("currency")) == {
        ("KZT",)
    }


def test_the_signed_code_lets_in(carrier, post, at):
    [text] = issuers.sign(saying.static([carrier], at=at), at=at)

    assert len(scan(carrier, post, text=text.lower().upper()).vouchers) == 1


def test_a_second_scan_is_refused_and_kept(carrier, post):
    scan(carrier, post)

    with pytest.raises(vouchers.AlreadyUsed) as refused:
        scan(carrier, post, key="request-2")

    assert refused.value.facts["place"] == "North gate"
    assert Redemption.objects.count() == 1
    assert TurnedAway.objects.get().reason == "already_used"


def test_the_same_request_again_gets_the_same_answer(carrier, post):
    first, again = scan(carrier, post), scan(carrier, post)

    assert (first.is_repeat, again.is_repeat) == (False, True)
    assert again.at == first.at
    assert Redemption.objects.count() == 1


@pytest.mark.parametrize(
    ("moment", "refusal"),
    [
        (STARTS_AT - timedelta(seconds=1), vouchers.TooEarly),
        (STARTS_AT + timedelta(hours=2), vouchers.TooLate),
    ],
)
def test_outside_its_time_nobody_goes_in(carrier, post, moment, refusal):
    with pytest.raises(refusal):
        scan(carrier, post, moment)

    assert Voucher.objects.get().entries_used == 0


def test_another_zone_is_refused_with_where_it_is_good(carrier, post):
    with pytest.raises(vouchers.WrongPlace) as refused:
        scan(carrier, replace(post, zone="plain:2"))

    assert refused.value.facts["title"] == "A plain thing"
    assert Voucher.objects.get().entries_used == 0


def test_a_post_of_another_organisation_learns_nothing(carrier, post):
    with pytest.raises(vouchers.NotOurs):
        scan(carrier, replace(post, organisation_id=OrganisationFactory().pk))

    assert Voucher.objects.get().entries_used == 0


def test_a_voided_part_opens_nothing(carrier, post, line, at):
    vouchers.void(line=line, part_keys=["p0"], at=at)

    with pytest.raises(vouchers.Voided):
        scan(carrier, post)


def test_an_unknown_and_a_forged_code_are_told_apart(carrier, post, at):
    [text] = issuers.sign(saying.static([carrier], at=at), at=at)
    forged = text[:-1] + ("A" if text[-1] != "A" else "B")

    with pytest.raises(Forged):
        scan(carrier, post, text=forged)
    with pytest.raises(vouchers.UnknownCode):
        scan(carrier, post, text="ZZZZZ-ZZZZZ")

    assert Redemption.objects.count() == 0


def test_a_pass_without_names_lets_the_whole_party_in(shop, sellers, at, post):
    party = sell(shop, at, persons=3)
    here = replace(post, organisation_id=party.lines.get().supplier_id)

    done = scan(Pass.objects.get(order=party), here)

    assert len(done.vouchers) == 3
