"""One phone shows a pass; the codes of the one before die at once."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from bookings.codes import operations, queries, wire
from bookings.codes.models import PhoneKey, Series
from bookings.codes.phones import Phone
from kernel.audit.models import Entry
from tests.bookings.codes.conftest import AT, facts

pytestmark = pytest.mark.django_db

SERIAL = UUID(bytes=bytes(range(16)))


def bind(phone: Phone, *, is_move: bool = False) -> PhoneKey:
    return operations.bind(
        serial=SERIAL,
        last_day=date(2026, 10, 2),
        public=phone.public,
        is_move=is_move,
        actor="guest:1",
        at=AT,
    )


def shown(phone: Phone, sequence: int) -> str:
    [level_1] = operations.level_1([facts(phone, sequence=sequence)], at=AT)
    return phone.show(level_1, at=AT)


def test_the_first_phone_leaves_printed_codes_good(phone):
    [paper] = operations.sign([facts()], at=AT)

    key = bind(phone)

    assert (key.sequence, key.public) == (0, phone.public.hex())
    assert queries.verify(paper, at=AT).is_static
    assert queries.verify(shown(phone, 0), at=AT).phone == phone.public


def test_the_same_phone_again_changes_nothing(phone):
    assert bind(phone) == bind(phone) == bind(phone, is_move=True)

    assert PhoneKey.objects.count() == 1
    assert Series.objects.get().sequence == 0


def test_another_phone_is_refused_until_the_holder_moves_the_code(phone):
    bind(phone)

    with pytest.raises(operations.BoundElsewhere):
        bind(Phone())

    assert PhoneKey.objects.get().public == phone.public.hex()
    assert Series.objects.get().sequence == 0


def test_moving_to_another_phone_kills_the_old_one_and_its_paper_at_once(phone):
    [paper] = operations.sign([facts()], at=AT)
    bind(phone)
    old, other = shown(phone, 0), Phone()

    key = bind(other, is_move=True)

    assert key.sequence == 1
    for dead in (old, paper):
        with pytest.raises(queries.Superseded):
            queries.verify(dead, at=AT)
    assert queries.verify(shown(other, 1), at=AT).sequence == 1
    assert PhoneKey.objects.get(public=phone.public.hex()).replaced_at == AT
    assert Entry.objects.get(action="codes.replaced").facts == {"sequence": 1}


def test_a_replaced_pass_has_no_phone_and_a_new_sequence(phone):
    bind(phone)

    assert operations.replace(serial=SERIAL, last_day=date(2026, 10, 5), actor="x", at=AT) == 1

    assert queries.phone_keys([SERIAL]) == {}
    assert queries.sequences([SERIAL, UUID(int=1)]) == {SERIAL: 1, UUID(int=1): 0}
    assert Series.objects.get().last_day == date(2026, 10, 5)
    assert bind(phone).sequence == 1


@pytest.mark.parametrize("point", [b"", bytes(33), b"\x04" + bytes(64), b"\x02" + b"\xff" * 32])
def test_what_is_no_key_binds_nothing(point):
    with pytest.raises(operations.NoKey):
        operations.bind(
            serial=SERIAL,
            last_day=date(2026, 10, 2),
            public=point,
            is_move=False,
            actor="guest:1",
            at=AT,
        )

    assert not Series.objects.exists()


def test_both_forms_of_a_point_are_the_same_phone(phone):
    numbers = phone.key.public_key().public_numbers()
    long = b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
    bind(phone)

    key = operations.bind(
        serial=SERIAL,
        last_day=date(2026, 10, 2),
        public=long,
        is_move=False,
        actor="guest:1",
        at=AT,
    )

    assert key.public == phone.public.hex()


def test_a_retired_key_still_proves_and_a_revoked_one_proves_nothing(phone):
    """F66: rotation loses nobody a code; revocation kills it at the next look."""
    bind(phone)
    text = shown(phone, 0)
    [kid] = queries.public_keys()

    operations.rotate(actor="user:1", at=AT)
    assert queries.verify(text, at=AT)
    operations.revoke(kid=kid.hex(), actor="user:1", at=AT)

    with pytest.raises(wire.Forged):
        queries.verify(text, at=AT)
    assert queries.verify(shown(phone, 0), at=AT), "what is signed anew is good at once"
