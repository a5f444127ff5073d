"""Who hands a code over asks for it once more at the same moment: the new one is not theirs."""

from __future__ import annotations

import pytest
from django.db import transaction

from bookings.codes import operations as issuers
from bookings.codes.models import DeskNumber, PhoneKey
from bookings.codes.phones import Phone
from bookings.holders import operations
from bookings.holders.operations import showing
from bookings.vouchers.models import Pass
from kernel import codes
from kernel.errors import NotFound
from tests.bookings.vouchers.conftest import INSIDE, carrier, line, order, post  # noqa: F401
from tests.races.conftest import interrupt


@pytest.fixture(params=["phone", "digits"])
def ask(request, carrier):  # noqa: F811
    """What the page of the holder before asks; it has read the pass already."""
    if request.param == "digits":
        return lambda: operations.tell_digits(carrier=carrier, at=INSIDE)
    return lambda: operations.show_on(
        carrier=carrier, public=Phone().public, is_move=True, actor="guest:1", at=INSIDE
    )


@pytest.fixture
def hand_over(carrier):  # noqa: F811
    """What handing over does to a pass and its codes, in one transaction."""

    def go() -> None:
        with transaction.atomic():
            Pass.objects.select_for_update(no_key=True).get(pk=carrier.pk)
            Pass.objects.filter(pk=carrier.pk).update(short_code=codes.new_code())
            issuers.replace(
                serial=carrier.serial, last_day=carrier.last_day, actor="user:2", at=INSIDE
            )

    return go


def test_the_holder_before_gets_neither_a_code_nor_digits(ask, hand_over, monkeypatch):
    run = interrupt(monkeypatch, issuers, "lock", hand_over)

    refused, handed = run(ask)

    assert isinstance(refused, NotFound)
    assert handed is None
    assert not PhoneKey.objects.exists()
    assert not DeskNumber.objects.exists()


def test_twin_without_looking_again_they_get_the_new_holders(ask, hand_over, monkeypatch):
    monkeypatch.setattr(showing, "_refuse_given_away", lambda _carrier: None)
    run = interrupt(monkeypatch, issuers, "lock", hand_over)

    got, handed = run(ask)

    assert not isinstance(got, Exception)
    assert handed is None
    assert PhoneKey.objects.count() + DeskNumber.objects.count() == 1


def test_who_asks_first_is_dead_when_it_is_handed_over(ask, hand_over):
    """The other order: what they got dies with it."""
    ask()

    hand_over()

    assert not PhoneKey.objects.filter(replaced_at__isnull=True).exists()
    assert not DeskNumber.objects.exists()
