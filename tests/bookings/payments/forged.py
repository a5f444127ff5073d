"""A corpus of forged notices, for whoever posts them: to the views, or to a running site.

Each begins as a genuine notice of a payment of ours, made by the provider's stand-in, so that all but
one thing is right.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode

from bookings.payments.models import Attempt
from bookings.payments.providers.sandbox import SIGNATURE
from bookings.payments.sandbox_server import Party
from kernel import clock
from tests.bookings.payments.desks import World, restated
from tests.contracts.inbox import Letter


def fen(world: World, *, more: int = 0) -> bytes:
    """The sum of the payment, as letters write it."""
    return str(world.attempt.amount_fen + more).encode()


def bent(letter: Letter, old: bytes, new: bytes) -> Letter:
    """Other bytes below the old signature."""
    assert old in letter.raw
    return replace(letter, raw=letter.raw.replace(old, new, 1))


def headed(letter: Letter, **changes: str) -> Letter:
    """Other headers, by names with underscores."""
    changed = {name.replace("_", "-"): text for name, text in changes.items()}
    return replace(letter, headers={**letter.headers, **changed})


def without(letter: Letter, *names: str) -> Letter:
    return replace(letter, headers={k: v for k, v in letter.headers.items() if k not in names})


def form(letter: Letter, *, extra: str = "", **changes: str) -> Letter:
    """Other fields in a form, with the old signature."""
    fields = {**dict(parse_qsl(letter.raw.decode(), keep_blank_values=True)), **changes}
    return replace(letter, raw=urlencode(fields).encode() + extra.encode())


def aged(letter: Letter, seconds: int) -> Letter:
    """The time of a ``t=…,v1=…`` header moved, the signature kept."""
    name = SIGNATURE if SIGNATURE in letter.headers else "Stripe-Signature"
    at, rest = letter.headers[name].split(",", 1)
    return replace(letter, headers={**letter.headers, name: f"t={int(at[2:]) + seconds},{rest}"})


def old(world: World, **ago: int) -> Letter:
    """Genuine, but signed long ago."""
    moved, usual = clock.now() - timedelta(**ago), world.desk.clock
    world.desk.clock = moved.isoformat()
    try:
        return world.letter()
    finally:
        world.desk.clock = usual


def by_another_key(world: World) -> Letter:
    world.desk.faults = {"forge": 1}
    if type(world.desk) is Party:
        world.desk.secret = "another secret"
    letter = world.letter()
    world.desk.faults = {}
    return letter


def swapped_key(world: World) -> Letter:
    """A serial that WeChat Pay never had."""
    return headed(world.letter(), Wechatpay_Serial="AB" * 20)


def bad_seal(world: World) -> Letter:
    """Signed anew by the right key, but the sealed inside was altered."""
    body = json.loads(world.letter().raw)
    sealed = bytearray(base64.b64decode(body["resource"]["ciphertext"]))
    sealed[3] ^= 1
    body["resource"]["ciphertext"] = base64.b64encode(bytes(sealed)).decode()
    return world.sealed(json.dumps(body).encode())


def short_seal(world: World) -> Letter:
    body = json.loads(world.letter().raw)
    body["resource"]["ciphertext"] = body["resource"]["ciphertext"][:-24]
    return world.sealed(json.dumps(body).encode())


def other_data(world: World) -> Letter:
    body = json.loads(world.letter().raw)
    body["resource"]["associated_data"] = "refund"
    return world.sealed(json.dumps(body).encode())


def other_app(world: World) -> Letter:
    """Alipay's genuine signature over a notice for another app."""
    return Letter(restated(world.keys, world.told(), app_id="2026999999999999"), {})


def of_sum(world: World, fen: int) -> Letter:
    """Genuine in every way, but the payment there is of another sum."""
    change = "UPDATE payment SET amount = ?, captured = ? WHERE id = ?"
    world.desk.store.run(change, fen, fen, world.number)
    return world.letter()


def of_currency(world: World) -> Letter:
    world.desk.store.run("UPDATE payment SET currency = 'USD'")
    return world.letter()


def of_reference(world: World) -> Letter:
    """Genuine, but of another payment at the provider than the one we sent the buyer to."""
    Attempt.objects.filter(pk=world.attempt.pk).update(provider_ref="of_another_payment")
    return world.letter()


def resigned(world: World, old: bytes, new: bytes) -> Letter:
    """Other words, genuinely signed."""
    return world.sealed(bent(world.letter(), old, new).raw)


def other_merchant(world: World) -> Letter:
    """WeChat Pay's genuine letter about another merchant's payment."""
    ours = world.desk.keys
    world.desk.keys = replace(ours, wechat_merchant_id="1999999999")
    letter = world.letter()
    world.desk.keys = ours
    return letter


FORGED: dict[str, tuple[str, Callable[[World], Letter]]] = {
    "sandbox: another secret": ("sandbox", by_another_key),
    "sandbox: altered": ("sandbox", lambda w: bent(w.letter(), fen(w), b"1")),
    "sandbox: another sum, signed": ("sandbox", lambda w: of_sum(w, 1)),
    "sandbox: another currency, signed": ("sandbox", of_currency),
    "sandbox: another payment, signed": ("sandbox", of_reference),
    "sandbox: live, signed": ("sandbox", lambda w: resigned(w, b'"live": false', b'"live": true')),
    "sandbox: no signature": ("sandbox", lambda w: without(w.letter(), SIGNATURE)),
    "sandbox: an hour old": ("sandbox", lambda w: old(w, hours=1)),
    "sandbox: time moved": ("sandbox", lambda w: aged(w.letter(), 60)),
    "sandbox: signed, not JSON": ("sandbox", lambda w: w.sealed(b"<xml>")),
    "stripe: another secret": ("stripe", by_another_key),
    "stripe: altered": ("stripe", lambda w: bent(w.letter(), fen(w), fen(w, more=1))),
    "stripe: another sum, signed": ("stripe", lambda w: of_sum(w, w.attempt.amount_fen + 1)),
    "stripe: another currency, signed": ("stripe", of_currency),
    "stripe: another payment, signed": ("stripe", of_reference),
    "stripe: live, signed": (
        "stripe",
        lambda w: w.sealed(w.letter().raw.replace(b'"livemode": false', b'"livemode": true')),
    ),
    "stripe: another event": ("stripe", lambda w: bent(w.letter(), b"evt_", b"evu_")),
    "stripe: no signature": ("stripe", lambda w: without(w.letter(), "Stripe-Signature")),
    "stripe: ten minutes old": ("stripe", lambda w: old(w, minutes=10)),
    "stripe: from the future": ("stripe", lambda w: old(w, minutes=-10)),
    "stripe: time moved": ("stripe", lambda w: aged(w.letter(), 1)),
    "stripe: two times": (
        "stripe",
        lambda w: headed(
            w.letter(), Stripe_Signature="t=1," + w.letter().headers["Stripe-Signature"]
        ),
    ),
    "stripe: test scheme only": (
        "stripe",
        lambda w: headed(
            w.letter(),
            Stripe_Signature=w.letter().headers["Stripe-Signature"].replace("v1=", "v0="),
        ),
    ),
    "stripe: a number for a time": (
        "stripe",
        lambda w: headed(w.letter(), Stripe_Signature="t=" + "9" * 400 + ",v1=00"),
    ),
    "alipay: another key": ("alipay", by_another_key),
    "alipay: altered": ("alipay", lambda w: form(w.letter(), total_amount="0.01")),
    "alipay: another sum, signed": ("alipay", lambda w: of_sum(w, 1)),
    "alipay: another payment, signed": ("alipay", of_reference),
    "alipay: another order": ("alipay", lambda w: form(w.letter(), out_trade_no="other")),
    "alipay: another app, signed": ("alipay", other_app),
    "alipay: weaker algorithm": ("alipay", lambda w: form(w.letter(), sign_type="RSA")),
    "alipay: no signature": ("alipay", lambda w: form(w.letter(), sign="")),
    "alipay: a field twice": ("alipay", lambda w: form(w.letter(), extra="&total_amount=0.01")),
    "alipay: a field more": ("alipay", lambda w: form(w.letter(), extra="&refund_fee=20.00")),
    "alipay: two days old": ("alipay", lambda w: old(w, days=2)),
    "alipay: not a form": ("alipay", lambda w: Letter(b"\xff\xfe{}", {})),
    "wechat: another key": ("wechat", by_another_key),
    "wechat: unknown serial": ("wechat", swapped_key),
    "wechat: no nonce": ("wechat", lambda w: without(w.letter(), "Wechatpay-Nonce")),
    "wechat: ten minutes old": ("wechat", lambda w: old(w, minutes=10)),
    "wechat: time moved": (
        "wechat",
        lambda w: headed(w.letter(), Wechatpay_Timestamp=str(int(clock.now().timestamp()) + 2)),
    ),
    "wechat: another sum, signed": ("wechat", lambda w: of_sum(w, w.attempt.amount_fen - 1)),
    "wechat: another currency, signed": ("wechat", of_currency),
    "wechat: another payment, signed": ("wechat", of_reference),
    "wechat: another merchant, signed": ("wechat", other_merchant),
    "wechat: altered": ("wechat", lambda w: bent(w.letter(), b"SUCCESS", b"success")),
    "wechat: seal altered": ("wechat", bad_seal),
    "wechat: seal cut short": ("wechat", short_seal),
    "wechat: of another kind": ("wechat", other_data),
    "wechat: digits of another script": (
        "wechat",
        lambda w: headed(w.letter(), Wechatpay_Timestamp="１２３"),
    ),
}
