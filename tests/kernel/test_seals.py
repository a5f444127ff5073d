"""Seals: what was sealed opens for its purpose only, and nothing that was altered opens as another."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel import seals

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
INDEX = bytes(range(64, 96))
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@pytest.fixture(autouse=True)
def keys(settings):
    settings.QUANYU_SEALING_KEYS = {"k2": NEW, "k1": OLD}
    settings.QUANYU_INDEX_KEY = INDEX


def only(settings, **keys):
    settings.QUANYU_SEALING_KEYS = keys


def test_what_was_sealed_opens_again_and_cannot_be_read():
    sealed = seals.seal("341001198805179961", purpose="document")

    assert sealed.startswith("v1.k2.")
    assert "3410011988" not in sealed
    assert base64.urlsafe_b64decode(sealed.split(".")[2]).find(b"3410011988") == -1
    assert seals.unseal(sealed, purpose="document") == "341001198805179961"


def test_the_same_text_is_sealed_differently_each_time():
    assert seals.seal("x", purpose="p") != seals.seal("x", purpose="p")


@given(text=TEXT, purpose=TEXT)
def test_every_text_comes_back(text, purpose):
    assert seals.unseal(seals.seal(text, purpose=purpose), purpose=purpose) == text


def test_another_purpose_does_not_open_it():
    sealed = seals.seal("16100000001", purpose="phone")

    with pytest.raises(seals.BrokenSeal):
        seals.unseal(sealed, purpose="document")


def test_after_a_rotation_the_old_key_still_opens_and_the_new_one_seals(settings):
    only(settings, k1=OLD)
    before = seals.seal("x", purpose="p")

    only(settings, k2=NEW, k1=OLD)

    assert before.startswith("v1.k1.")
    assert seals.unseal(before, purpose="p") == "x"
    assert seals.seal("x", purpose="p").startswith("v1.k2.")


def test_a_key_that_was_taken_away_opens_nothing(settings):
    only(settings, k1=OLD)
    before = seals.seal("x", purpose="p")
    only(settings, k2=NEW)

    with pytest.raises(seals.BrokenSeal, match="no key 'k1'"):
        seals.unseal(before, purpose="p")


def test_the_key_id_is_part_of_the_seal(settings):
    """Two ids of the same key are still two: the id is bound, not believed."""
    only(settings, k1=OLD, k2=OLD)
    sealed = seals.seal("x", purpose="p")

    with pytest.raises(seals.BrokenSeal):
        seals.unseal(sealed.replace("v1.k1.", "v1.k2."), purpose="p")


def test_another_key_under_the_same_id_does_not_open_it(settings):
    sealed = seals.seal("x", purpose="p")
    only(settings, k2=OLD)

    with pytest.raises(seals.BrokenSeal):
        seals.unseal(sealed, purpose="p")


@given(data=st.data())
def test_no_changed_bit_opens(data):
    version, kid, body = seals.seal("341001198805179961", purpose="p").split(".")
    raw = bytearray(base64.urlsafe_b64decode(body))
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[bit // 8] ^= 1 << bit % 8
    altered = f"{version}.{kid}.{base64.urlsafe_b64encode(raw).decode()}"

    with pytest.raises(seals.BrokenSeal):
        seals.unseal(altered, purpose="p")


@given(length=st.integers(0, 45))
def test_no_part_of_it_opens(length):
    sealed = seals.seal("x", purpose="p")

    with pytest.raises(seals.BrokenSeal):
        seals.unseal(sealed[: min(length, len(sealed) - 1)], purpose="p")


@given(junk=TEXT, where=st.integers(0, 48))
def test_what_is_not_a_seal_is_refused_and_nothing_else_is_raised(junk, where):
    sealed = seals.seal("x", purpose="p")
    altered = sealed[:where] + junk + sealed[where:]
    for text in {junk, f"v1.k2.{junk}", altered} - {sealed}:
        with pytest.raises(seals.BrokenSeal):
            seals.unseal(text, purpose="p")


def test_the_trouble_names_no_content():
    with pytest.raises(seals.BrokenSeal) as caught:
        seals.unseal(seals.seal("341001198805179961", purpose="p"), purpose="q")

    assert str(caught.value) == "does not open"


def test_an_index_is_the_same_for_the_same_value_only():
    here = seals.index("341001198805179961", purpose="document")

    assert here == seals.index("341001198805179961", purpose="document")
    assert here != seals.index("341001198805179962", purpose="document")
    assert here != seals.index("341001198805179961", purpose="phone")
    assert len(here) == 32
    assert set(here) <= set("0123456789abcdef")


def test_the_index_has_a_key_of_its_own(settings):
    """Rotating or losing the sealing keys does not move it; nor do they make one."""
    message = b"document\x00x"
    before = seals.index("x", purpose="document")

    only(settings, k9=bytes(32))
    assert seals.index("x", purpose="document") == before
    assert before == hmac.new(INDEX, message, hashlib.sha256).hexdigest()[:32]

    settings.QUANYU_INDEX_KEY = bytes(32)
    assert seals.index("x", purpose="document") != before


@given(one=TEXT, other=TEXT)
def test_different_values_have_different_indexes(one, other):
    same = seals.index(one, purpose="p") == seals.index(other, purpose="p")

    assert same == (one == other)
