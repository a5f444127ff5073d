"""No phone at hand: paper and six digits let in by the same rules, and are kept as what they were."""

from __future__ import annotations

import pytest

from bookings.codes import operations as issuers
from bookings.codes.phones import Phone
from bookings.holders import operations
from bookings.vouchers import operations as vouchers
from bookings.vouchers import queries
from bookings.vouchers.models import Redemption, TurnedAway, Voucher
from kernel.errors import TooMany
from tests.bookings.vouchers.conftest import INSIDE

pytestmark = pytest.mark.django_db


def live(carrier) -> str:
    phone = Phone()
    level_1, _facts = operations.show_on(
        carrier=carrier, public=phone.public, is_move=False, actor="guest:1", at=INSIDE
    )
    return phone.show(level_1, at=INSIDE)


def paper(carrier) -> str:
    [printed] = queries.passes(carrier.order, at=INSIDE)
    return printed.code_text


def digits(carrier) -> str:
    return operations.tell_digits(carrier=carrier, at=INSIDE)


SHOWN = {"CODE": live, "PAPER": paper, "DIGITS": digits}


@pytest.fixture(params=sorted(SHOWN))
def way(request: pytest.FixtureRequest) -> str:
    return request.param


def scan(text, post, at=INSIDE, key="request-1"):
    return vouchers.redeem(text=text, post=post, actor="user:1", request_key=key, at=at)


def test_each_lets_in_once_and_is_kept_as_what_it_was(carrier, post, way):
    text = SHOWN[way](carrier)

    scan(text, post)

    assert Redemption.objects.get().fallback == way
    with pytest.raises(vouchers.AlreadyUsed):
        scan(text, post, key="request-2")
    assert Redemption.objects.count() == 1


def test_each_is_refused_for_a_voided_part(carrier, post, line, way):
    text = SHOWN[way](carrier)
    vouchers.void(line=line, part_keys=["p0"], at=INSIDE)

    with pytest.raises(vouchers.Voided):
        scan(text, post)

    assert TurnedAway.objects.get().reason == "voided"
    assert Voucher.objects.get().entries_used == 0


def test_each_is_dead_once_the_code_is_replaced(carrier, post, way):
    text = SHOWN[way](carrier)
    issuers.replace(serial=carrier.serial, last_day=carrier.last_day, actor="user:1", at=INSIDE)

    with pytest.raises((vouchers.Superseded, issuers.UnknownDigits)):
        scan(text, post)

    assert not Redemption.objects.exists()


def test_digits_cannot_be_guessed_at_a_post(carrier, post):
    right = digits(carrier)
    wrong = f"{(int(right) + 1) % 10**6:06}"
    for number in range(5):
        with pytest.raises(issuers.UnknownDigits):
            scan(wrong, post, key=f"request-{number}")

    with pytest.raises(TooMany):
        scan(right, post, key="request-right")

    assert not Redemption.objects.exists()
