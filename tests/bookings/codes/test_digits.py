"""Six digits: good for one pass and five minutes, and not to be guessed."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import pytest

from bookings.codes import operations
from bookings.codes.models import DeskNumber, PhoneKey, Series
from bookings.codes.phones import Phone
from kernel.errors import TooMany
from tests.bookings.codes.conftest import AT

pytestmark = pytest.mark.django_db

SERIAL, OTHER = UUID(int=1), UUID(int=2)


def test_they_name_the_pass_for_five_minutes():
    digits = operations.make_digits(serial=SERIAL, last_day=AT.date(), at=AT)

    assert re.fullmatch(r"\d{6}", digits)
    assert operations.open_digits(digits=digits, post="area:1", at=AT).serial == SERIAL
    with pytest.raises(operations.UnknownDigits):
        operations.open_digits(digits=digits, post="area:1", at=AT + timedelta(minutes=5))


def test_a_new_number_kills_the_one_before():
    old = operations.make_digits(serial=SERIAL, last_day=AT.date(), at=AT)
    new = operations.make_digits(serial=SERIAL, last_day=AT.date(), at=AT)
    assert old != new or DeskNumber.objects.count() == 1

    assert operations.open_digits(digits=new, post="area:1", at=AT).serial == SERIAL
    assert DeskNumber.objects.count() == 1


def test_the_number_itself_is_nowhere_kept():
    digits = operations.make_digits(serial=SERIAL, last_day=AT.date(), at=AT)

    assert digits not in str(DeskNumber.objects.values().get())


def test_two_passes_never_show_the_same_number(monkeypatch):
    drawn = iter([7, 7, 8])
    monkeypatch.setattr("secrets.randbelow", lambda most: next(drawn))

    first = operations.make_digits(serial=SERIAL, last_day=AT.date(), at=AT)
    second = operations.make_digits(serial=OTHER, last_day=AT.date(), at=AT)

    assert (first, second) == ("000007", "000008")


def test_a_post_may_try_five_wrong_ones_a_minute():
    digits = operations.make_digits(serial=SERIAL, last_day=AT.date(), at=AT)
    wrong = f"{(int(digits) + 1) % 10**6:06}"
    for _try in range(5):
        with pytest.raises(operations.UnknownDigits):
            operations.open_digits(digits=wrong, post="area:1", at=AT)

    with pytest.raises(TooMany):
        operations.open_digits(digits=digits, post="area:1", at=AT)

    assert operations.open_digits(digits=digits, post="area:2", at=AT).serial == SERIAL
    later = AT + timedelta(minutes=1)
    assert operations.open_digits(digits=digits, post="area:1", at=later).serial == SERIAL


def test_right_ones_are_no_tries():
    digits = operations.make_digits(serial=SERIAL, last_day=AT.date(), at=AT)

    opened = [operations.open_digits(digits=digits, post="area:1", at=AT) for _time in range(8)]

    assert set(opened) == {operations.Opened(SERIAL, 0)}


def bound(serial: UUID, last_day, at) -> None:
    phone = Phone()
    operations.bind(
        serial=serial, last_day=last_day, public=phone.public, is_move=True, actor="a", at=at
    )


def test_phones_are_forgotten_when_their_codes_are_long_out_of_date():
    """Of a code that is good the phone stays, the one before it goes in time; sequences stay for good."""
    bound(SERIAL, AT.date(), AT)
    bound(SERIAL, AT.date(), AT)
    bound(OTHER, AT.date() + timedelta(days=200), AT)
    operations.make_digits(serial=OTHER, last_day=AT.date(), at=AT)

    assert operations.forget_old(at=AT + timedelta(days=89)) == 1
    assert (PhoneKey.objects.count(), DeskNumber.objects.count()) == (3, 0)
    assert operations.forget_old(at=AT + timedelta(days=91)) == 2

    assert [key.serial for key in PhoneKey.objects.all()] == [OTHER]
    assert Series.objects.get(serial=SERIAL).sequence == 1


def test_who_shows_a_code_again_after_that_is_bound_anew():
    bound(SERIAL, AT.date(), AT)
    late = AT + timedelta(days=91)
    operations.forget_old(at=late)

    bound(SERIAL, late.date(), late)

    assert PhoneKey.objects.get().bound_at == late
