"""The code: what is signed can be read, and nothing else can."""

from __future__ import annotations

import os
import random
import string
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import segno
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.codes import curves, wire
from bookings.codes.phones import Phone
from tests.bookings.codes import vectors
from tests.bookings.codes.conftest import AT, facts, right
from tests.bookings.codes.vectors import raw_of, text_of

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -:abc中"
CASES = 1_000_000 if os.environ.get("QUANYU_LONG") else 10_000
SEED = 20261001


def signed(body: bytes, private: bytes) -> str:
    """A static code of this body, whatever it says."""
    key = Ed25519PrivateKey.from_private_bytes(private)
    return text_of(body + key.sign(b"quanyu pass 2\0" + body))


def is_refused(text: str, keys, at=AT) -> bool:
    try:
        wire.read(text, keys=keys, at=at)
    except (wire.Forged, wire.Expired, wire.Stale):
        return True
    return False


def test_a_phones_code_says_what_was_signed(text, keys, phone):
    found = wire.read(text, keys=keys, at=AT)

    assert (found.serial, found.kind, found.holder) == (
        bytes(range(16)),
        wire.Kind.PHONE,
        b"12345678",
    )
    assert {each.tag for each in found.rights} == {
        wire.tag_of(zone) for zone in ("area:12", "lift:3", "run:88", "run:89")
    }
    assert (found.phone, found.step) == (phone.public, int(AT.timestamp()) // 15)
    assert not found.is_static


def test_a_static_code_says_so(private, keys):
    said = facts(
        sequence=7,
        rights=(right(entries=5, rule="AFTER_EXIT", reentry_days=3, has_check=True),),
    )

    found = wire.read(wire.sign(said, private=private), keys=keys, at=AT)

    assert found == said
    assert found.is_static


def test_the_first_format_is_read_as_a_static_code():
    public = vectors.public_of(vectors.ISSUER)

    found = wire.read(vectors.OLD_TEXT, keys={wire.kid_of(public): public}, at=AT)

    assert found == facts()


@pytest.mark.parametrize(("rights", "on_phone", "version"), [(1, 11, 8), (4, 12, 9), (8, 13, 11)])
def test_a_code_fits_the_symbol_that_the_documents_name(private, phone, rights, on_phone, version):
    zones = tuple(sorted((right(f"run:{number}") for number in range(rights)), key=str))
    level_1 = wire.level_1(facts(phone, rights=zones), private=private)
    paper = wire.sign(facts(rights=zones), private=private)

    symbols = [
        segno.make(t, error="m", boost_error=False) for t in (phone.show(level_1, at=AT), paper)
    ]

    assert [symbol.version for symbol in symbols] == [on_phone, version]
    assert {symbol.mode for symbol in symbols} == {"alphanumeric"}


@pytest.mark.parametrize(("day", "is_good"), [(29, False), (30, True)])
def test_before_its_first_day_it_is_not_good(private, keys, day, is_good):
    at = datetime(2026, 9, day, 12, tzinfo=UTC)
    text = wire.sign(facts(), private=private)

    if is_good:
        assert wire.read(text, keys=keys, at=at)
    else:
        with pytest.raises(wire.Expired):
            wire.read(text, keys=keys, at=at)


def test_without_its_key_it_is_forged(text):
    with pytest.raises(wire.Forged):
        wire.read(text, keys={}, at=AT)


@pytest.mark.parametrize(
    ("seconds", "is_good"), [(-16, False), (-15, True), (0, True), (29, True), (30, False)]
)
def test_a_picture_of_a_code_dies_within_30_seconds(text, keys, seconds, is_good):
    """AT begins a step; F63."""
    at = AT + timedelta(seconds=seconds)

    if is_good:
        assert wire.read(text, keys=keys, at=at)
    else:
        with pytest.raises(wire.Stale):
            wire.read(text, keys=keys, at=at)


@pytest.mark.parametrize("minutes", [-5, -2, 2, 5])
@pytest.mark.parametrize("allowed", [0, 60, 150, 360])
def test_a_clock_may_be_wrong_by_what_is_allowed_and_a_step(text, keys, minutes, allowed):
    """The matrix of F60 and RC-03."""
    is_good = allowed + 15 >= abs(minutes) * 60

    try:
        wire.read(text, keys=keys, at=AT + timedelta(minutes=minutes), skew_s=allowed)
        was_good = True
    except wire.Stale:
        was_good = False

    assert was_good == is_good


def test_a_gate_whose_clock_is_in_1970_lets_nobody_in(text, keys):
    with pytest.raises(wire.Expired):
        wire.read(text, keys=keys, at=datetime(1970, 1, 1, tzinfo=UTC), skew_s=60)


def test_a_second_phone_cannot_show_the_code(level_1, keys):
    with pytest.raises(wire.Forged):
        wire.read(Phone().show(level_1, at=AT), keys=keys, at=AT)


def test_a_later_step_put_under_an_older_signature_is_forged(text, keys):
    raw = raw_of(text)
    step = int.from_bytes(raw[-68:-64], "big") + 1

    with pytest.raises(wire.Forged):
        wire.read(text_of(raw[:-68] + step.to_bytes(4, "big") + raw[-64:]), keys=keys, at=AT)


def test_the_other_signature_with_the_high_s_is_forged(text, keys):
    raw = raw_of(text)
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    s = order - int.from_bytes(raw[-32:], "big")

    with pytest.raises(wire.Forged):
        wire.read(text_of(raw[:-32] + s.to_bytes(32, "big")), keys=keys, at=AT)


def test_a_code_cannot_be_taken_for_paper_by_cutting_the_phone_off(level_1, keys):
    with pytest.raises(wire.Forged):
        wire.read(text_of(level_1), keys=keys, at=AT)


def test_only_its_one_spelling_is_read(text, keys):
    others = [
        text.lower(),
        f" {text}",
        f"{text}\n",
        f"{text}=",
        f"{text}A",
        text.replace("QY2", "QY1", 1),
        "QY2" + text[3:].replace("O", "0", 1) if "O" in text[3:] else text[:-1],
    ]

    assert all(is_refused(other, keys) for other in others)


def test_left_over_bits_must_be_zero(private, keys):
    text = wire.sign(facts(rights=(right(),)), private=private)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    assert 5 * len(text[3:]) % 8, "this text has bits to spare"

    others = [text[:-1] + letter for letter in letters if letter != text[-1]]

    assert all(is_refused(other, keys) for other in others)


HEAD = wire.level_1(facts(), private=bytes(32))[:37]


@pytest.mark.parametrize(
    ("begins", "piece"),
    [
        (0, b"\x01"),
        (0, b"\x03"),
        (23, b"\x02"),
        (32, b"\xff\xff"),
        (36, b"\x01"),
        (36, b"\xff"),
    ],
    ids=["version 1", "version 3", "unknown kind", "ends first", "missing right", "255 rights"],
)
def test_what_the_format_does_not_know_is_refused_though_signed(private, keys, begins, piece):
    """Even an issuer with a fault in it makes no code that readers read differently."""
    head = HEAD[:1] + next(iter(keys)) + HEAD[5:]
    body = head[:begins] + piece + head[begins + len(piece) :]
    assert not is_refused(signed(head, private), keys), "the twin that is right"

    assert is_refused(signed(body, private), keys)


def packed(one: bytes = b"zone", begins=100, ends=200, entries=1, mark=0) -> bytes:
    return one + begins.to_bytes(3, "big") + ends.to_bytes(3, "big") + bytes((entries, mark))


@pytest.mark.parametrize(
    ("pieces", "is_good"),
    [
        ([packed(b"aaaa"), packed(b"bbbb")], True),
        ([packed(b"bbbb"), packed(b"aaaa")], False),
        ([packed(b"aaaa"), packed(b"aaaa")], False),
        ([packed(begins=200, ends=200)], False),
        ([packed(entries=0)], False),
        ([packed(mark=3)], False),
        ([packed(mark=1 << 3)], False),
        ([packed(mark=1 << 3 | 1)], True),
        ([packed(bytes((n,)) * 4) for n in range(8)], True),
        ([packed(bytes((n,)) * 4) for n in range(9)], False),
    ],
)
def test_rights_have_one_order_and_stay_in_their_bounds(private, keys, pieces, is_good):
    head = HEAD[:1] + next(iter(keys)) + HEAD[5:36] + bytes((len(pieces),))

    assert is_refused(signed(head + b"".join(pieces), private), keys) is not is_good


def test_a_key_that_is_no_point_of_the_curve_is_refused(private, keys):
    said = facts(Phone())
    for point in (bytes(33), b"\x04" + bytes(32), b"\x02" + b"\xff" * 32):
        level_1 = wire.level_1(replace(said, phone=point), private=private)
        text = wire.shown(level_1, wire.step_of(AT), b"\x01" * 64)

        assert is_refused(text, keys)


def test_no_altered_code_is_ever_accepted(text, keys):
    """10,000 alterations; a million with --long. The seed is in this file. F64."""
    dice = random.Random(SEED)
    accepted = 0
    for _case in range(CASES):
        letters = list(text)
        for _change in range(dice.choice((1, 1, 2, 5))):
            letters[dice.randrange(len(letters))] = dice.choice(LETTERS)
        altered = "".join(letters)
        accepted += altered != text and not is_refused(altered, keys)
    assert accepted == 0


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_single_change_of_a_text_is_refused(text, keys, data):
    """One letter put in, taken out, or replaced by any other sign."""
    place = data.draw(st.integers(0, len(text) - 1))
    sign = data.draw(st.sampled_from(string.printable) | st.characters())
    kind = data.draw(st.sampled_from(("put in", "taken out", "replaced")))
    rest = text[place:] if kind == "put in" else text[place + 1 :]
    altered = text[:place] + ("" if kind == "taken out" else sign) + rest

    assert (altered == text) is not is_refused(altered, keys)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_any_single_bit_of_the_bytes_counts(text, keys, data):
    raw = bytearray(raw_of(text))
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[bit // 8] ^= 1 << bit % 8

    assert is_refused(text_of(bytes(raw)), keys)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=600) | st.text(max_size=600))
def test_no_rubbish_does_more_than_be_refused(keys, rubbish):
    given = text_of(rubbish) if isinstance(rubbish, bytes) else rubbish

    assert is_refused(given, keys)


def test_fifty_thousand_letters_are_refused_unread(keys):
    assert is_refused("QY2" + "A" * 50_000, keys)


def test_a_signature_of_a_phone_has_the_low_s(phone):
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    made = [curves.phone_signature(phone.key, b"x") for _number in range(20)]

    assert all(int.from_bytes(each[32:], "big") <= order // 2 for each in made)
    assert all(curves.is_of_phone(phone.public, b"x", each) for each in made)
