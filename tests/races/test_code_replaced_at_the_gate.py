"""A code is handed over between the moment it is read at a gate and the moment it is decided on."""

from __future__ import annotations

import pytest
from django.db import transaction

from bookings.codes import operations as issuers
from bookings.orders.models import Line
from bookings.vouchers import operations as vouchers
from bookings.vouchers import saying
from bookings.vouchers.models import Pass, Redemption
from bookings.vouchers.operations import held, resolving
from kernel import codes
from tests.bookings.vouchers.conftest import (  # noqa: F401
    INSIDE,
    carrier,
    line,
    order,
    post,
)
from tests.races.conftest import interrupt


@pytest.fixture(params=["signed", "typed"])
def scan(request, carrier, post):  # noqa: F811
    """The code as it was before, in the order of a gate."""
    text = carrier.short_code
    if request.param == "signed":
        [text] = issuers.sign(saying.static([carrier], at=INSIDE), at=INSIDE)
    one = vouchers.Scan(post, "user:1", "request-1", INSIDE, text=text)
    return lambda: vouchers.redeem_many([one], at=INSIDE)[0]


@pytest.fixture
def hand_over(carrier):  # noqa: F811
    """What handing over does to codes: under the locks of the lines, in one transaction."""

    def go() -> None:
        with transaction.atomic():
            list(Line.objects.order_by("pk").select_for_update(no_key=True))
            Pass.objects.filter(pk=carrier.pk).update(short_code=codes.new_code())
            issuers.replace(
                serial=carrier.serial, last_day=carrier.last_day, actor="user:2", at=INSIDE
            )

    return go


def test_the_code_that_was_read_before_opens_nothing(scan, hand_over, monkeypatch):
    run = interrupt(monkeypatch, held, "lock_lines", hand_over)

    refused, handed = run(scan)

    assert isinstance(refused, vouchers.Superseded)
    assert handed is None
    assert not Redemption.objects.exists()


def test_twin_without_asking_again_the_old_code_lets_in(scan, hand_over, monkeypatch):
    run = interrupt(monkeypatch, held, "lock_lines", hand_over)
    monkeypatch.setattr(resolving, "superseded", lambda _shown, _now: set())

    came, handed = run(scan)

    assert isinstance(came, vouchers.Redeemed)
    assert handed is None
    assert Redemption.objects.count() == 1
