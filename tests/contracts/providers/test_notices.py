"""Notices: genuine ones are read, all others refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bookings.payments.providers import BadSignature
from kernel import clock
from tests.contracts.parties import AlipayParty

pytestmark = pytest.mark.django_db


def test_a_genuine_notice_is_read(provider, letter, wish, paid):
    notice = provider.verify(letter.raw, letter.headers, at=clock.now())

    assert 0 < len(notice.event_id) <= 120
    assert 0 < len(notice.kind) <= 40
    assert notice.payment == provider.fetch(paid)
    assert notice.payment.token == wish.token


def test_the_same_notice_again_has_the_same_id(provider, letter):
    first, again = (provider.verify(letter.raw, letter.headers, at=clock.now()) for _ in range(2))

    assert first == again


def test_a_forged_or_altered_or_unsigned_notice_is_refused(provider, party, letter):
    middle = len(letter.raw) // 2
    bent = letter.raw[:middle] + bytes([letter.raw[middle] ^ 1]) + letter.raw[middle + 1 :]
    altered = bent, letter.raw + b" ", b""
    forged = party.forge(letter)
    signed = {name: value for name, value in letter.headers.items() if "ignature" in name}
    if isinstance(party, AlipayParty):  # the signature is in the body
        for raw in (*altered, forged.raw):
            with pytest.raises(BadSignature):
                provider.verify(raw, letter.headers, at=clock.now())
        return
    assert signed

    for raw, headers in (
        *((raw, letter.headers) for raw in altered),
        (forged.raw, forged.headers),
        (letter.raw, {}),
        (letter.raw, dict.fromkeys(signed, "é" * 40)),
        (letter.raw, {name: value[:-1] for name, value in signed.items()}),
    ):
        with pytest.raises(BadSignature):
            provider.verify(raw, headers, at=clock.now())


def test_an_old_notice_played_again_is_refused(provider, letter):
    for days in (3, -1):
        with pytest.raises(BadSignature):
            provider.verify(letter.raw, letter.headers, at=clock.now() + timedelta(days=days))
