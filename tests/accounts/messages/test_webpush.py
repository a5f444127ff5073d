"""Sealed for one browser as RFC 8291 has it, signed as RFC 8292 has it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from accounts.messages import webpush
from accounts.messages.webpush import Subscription, unpack

# RFC 8291, section 5 and appendix A.
PLAIN = b"When I grow up, I want to be a watermelon"
SENDER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
BROWSER = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
BROWSER_POINT = (
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
)
SALT, SECRET = "DGv6ra1nlYgDCS1FRnbzlw", "BTBZMqHH6r4Tts7J_aSIgg"
SEALED = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tl"
    "zAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)
# RFC 8292, section 2.4.
TOKEN = (
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM"
    "1MjM3NjgsInN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpi"
    "UfnK9ojFwDXb1JrErtmysazNjjvW2L9OkSSHzvoD1oA"
)
TOKEN_KEY = (
    "BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs"
)
AT = datetime(2026, 10, 1, 2, 0, tzinfo=UTC)

PAIR = ec.generate_private_key(ec.SECP256R1())
MINE = Subscription(
    "https://push.example.net/x",
    webpush.pack(webpush.point(PAIR.public_key())),
    webpush.pack(bytes(range(16))),
)


def test_the_example_of_the_standard_is_sealed_to_the_letter():
    to = Subscription("https://push.example.net/x", BROWSER_POINT, SECRET)

    sealed = webpush.seal(PLAIN, to, own=webpush.private_key(SENDER), salt=unpack(SALT))

    assert webpush.pack(sealed) == SEALED


def test_the_example_of_the_standard_is_read():
    own = webpush.private_key(BROWSER)

    assert webpush.unseal(unpack(SEALED), own=own, secret=unpack(SECRET)) == PLAIN


@given(plain=st.binary(max_size=webpush.MOST_BYTES))
def test_what_was_sealed_is_read_by_its_browser(plain):
    sealed = webpush.encrypt(plain, MINE)

    assert len(sealed) <= 4096
    assert webpush.unseal(sealed, own=PAIR, secret=bytes(range(16))) == plain


@given(place=st.integers(0, 140), flip=st.integers(1, 255))
def test_nothing_that_was_altered_is_read(place, flip):
    sealed = bytearray(webpush.encrypt(b"x" * 50, MINE))
    is_said_size = 16 <= place < 20  # the record's size: one record fits into any
    sealed[place] ^= flip

    if is_said_size:
        return
    with pytest.raises(ValueError, match=r"."):
        webpush.unseal(bytes(sealed), own=PAIR, secret=bytes(range(16)))


def test_too_long_a_text_is_refused():
    with pytest.raises(ValueError, match="too long"):
        webpush.encrypt(b"x" * (webpush.MOST_BYTES + 1), MINE)


def test_the_token_of_the_standard_is_known():
    claims = webpush.claims_of(TOKEN, unpack(TOKEN_KEY))

    assert claims == {
        "aud": "https://push.example.net", "exp": 1453523768, "sub": "mailto:push@example.com",
    }  # fmt: skip


def test_a_token_of_ours_says_for_which_service_it_is_and_until_when():
    header = webpush.authorization(PAIR, "https://push.example.net", "mailto:a@example.org", AT)

    token = header.removeprefix("vapid t=").partition(",")[0]
    claims = webpush.claims_of(token, webpush.point(PAIR.public_key()))
    assert claims["aud"] == "https://push.example.net"
    assert claims["exp"] == int(AT.timestamp()) + 12 * 3600


@pytest.mark.parametrize("change", ["key", "claims", "algorithm"])
def test_a_token_that_is_not_signed_so_is_not_known(change):
    key, token = unpack(TOKEN_KEY), TOKEN
    if change == "key":
        key = webpush.point(PAIR.public_key())
    elif change == "claims":
        token = TOKEN.replace(".eyJhdWQ", ".eyJhdWR")
    else:
        token = webpush.pack(b'{"alg":"none"}') + TOKEN[TOKEN.index(".") :]

    with pytest.raises(ValueError, match=r"."):
        webpush.claims_of(token, key)
