"""The corpus of forged notices: each is refused, and nothing is written but a line in the security log."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from bookings.orders.models import State
from bookings.payments import providers
from bookings.payments.fakes.keys import Keys, keys_in
from bookings.payments.fakes.wechat import WeChatDesk
from bookings.payments.models import Attempt, AttemptState, ProviderEvent
from bookings.payments.operations.hear import fits
from bookings.payments.providers.alipay import Alipay
from bookings.payments.providers.sandbox import Sandbox
from bookings.payments.providers.stripe import Stripe
from bookings.payments.providers.wechat import WeChat
from bookings.payments.reading import private_key, public_key
from bookings.payments.sandbox_server import Party, Store
from kernel import clock
from kernel.outbox.models import Event
from tests.bookings.payments.forged import DESKS, FORGED, Letter, Writer, headed

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def keys(tmp_path_factory: Any) -> Keys:
    return keys_in(tmp_path_factory.mktemp("keys"))


def _adapter(name: str, keys: Keys, desk: Party) -> providers.Provider:
    if name == "stripe":
        secret = keys.stripe_webhook_secret
        return Stripe(secret_key=keys.stripe_key, webhook_secret=secret, url="http://127.0.0.1:9")
    if name == "alipay":
        return Alipay(
            app_id=keys.alipay_app_id,
            gateway="http://127.0.0.1:9",
            own_key=private_key(keys.alipay_own_key),
            alipay_key=public_key(keys.alipay_their_public_key),
            is_live=False,
        )
    if name == "sandbox":
        return Sandbox("http://127.0.0.1:9", "s" * 40)
    made = WeChat(
        app_id=keys.wechat_app_id,
        merchant_id=keys.wechat_merchant_id,
        serial=keys.wechat_serial,
        own_key=private_key(keys.wechat_own_key),
        api_key=keys.wechat_api_key.encode(),
        url="http://127.0.0.1:9",
        is_live=False,
    )
    assert isinstance(desk, WeChatDesk)
    made.certificates._download = lambda: {"data": [desk._own_certificate()]}
    return made


@pytest.fixture
def writer_of(order, now, keys, tmp_path: Path) -> Iterator[Callable[[str], Writer]]:
    """Make a provider, and a payment of the order that was made there."""
    known = {provider.name: provider for provider in providers.list_all()}

    def make(name: str) -> Writer:
        desk: Party = (
            Party(Store(tmp_path / "sandbox.sqlite3"), "s" * 40, "http://127.0.0.1:9")
            if name == "sandbox"
            else DESKS[name](tmp_path, keys, "http://127.0.0.1:9", "")
        )
        providers.register(_adapter(name, keys, desk))
        attempt = Attempt.objects.create(
            order=order, provider=name, token=f"token-of-{name}", amount_fen=2000, currency="CNY",
            state=AttemptState.PENDING, created_at=now,
        )  # fmt: skip
        made = desk.create({
            "token": attempt.token, "amount": 2000, "currency": "CNY", "words": "QY", "how": "CHARGE",
            "return_url": "http://x/", "notice_url": "http://127.0.0.1:9/", "language": "en",
        })  # fmt: skip
        desk.end(made["id"], "never")
        return Writer(desk, keys, attempt, made["id"])

    yield make
    for name in ("sandbox", "stripe", "alipay", "wechat"):
        providers.unregister(name)
    for provider in known.values():
        providers.register(provider)


def post(name: str, letter: Letter) -> int:
    headers = dict(letter.headers)
    kind = headers.pop("Content-Type", "application/json")
    answer = Client().post(f"/hooks/{name}/", letter.raw, content_type=kind, headers=headers)
    return answer.status_code


def test_the_corpus_has_at_least_thirty():
    assert len(FORGED) >= 30


@pytest.mark.parametrize("what", FORGED)
def test_a_forged_notice_is_refused_with_nothing_written(writer_of, order, what, caplog):
    name, forge = FORGED[what]
    writer = writer_of(name)
    letter = forge(writer)
    before = Event.objects.count()
    caplog.clear()

    with caplog.at_level(logging.WARNING, logger="quanyu.security"):
        assert post(name, letter) == 400

    writer.attempt.refresh_from_db()
    assert (writer.attempt.state, writer.attempt.captured_fen) == (AttemptState.PENDING, 0)
    assert (ProviderEvent.objects.count(), Event.objects.count()) == (0, before)
    assert [record.name for record in caplog.records].count("quanyu.security") == 1
    order.refresh_from_db()
    assert (order.state, order.received_fen) == (State.HELD, 0)


@pytest.mark.parametrize("name", ["sandbox", "stripe", "alipay", "wechat"])
def test_the_genuine_one_that_each_began_as_is_taken(writer_of, order, name):
    writer = writer_of(name)

    assert post(name, writer.letter()) == 200

    writer.attempt.refresh_from_db()
    assert writer.attempt.state == AttemptState.SUCCEEDED


def test_a_test_payment_is_none_where_money_is_real(writer_of, now):
    writer = writer_of("stripe")
    provider = providers.get("stripe")
    letter = writer.letter()
    notice = provider.verify(letter.raw, letter.headers, at=clock.now())
    live = Stripe(secret_key="sk_live_x", webhook_secret="w", url="http://127.0.0.1:9")

    assert fits(provider, writer.attempt, notice.payment)
    assert not fits(live, writer.attempt, notice.payment)


def test_wechat_pays_keys_change_without_a_pause(writer_of, monkeypatch):
    writer = writer_of("wechat")
    assert post("wechat", writer.letter()) == 200

    writer.desk.rotate()
    monkeypatch.setattr("bookings.payments.providers.wechat.certificates.AGAIN_AFTER_S", 0.0)

    letter = writer.letter()
    notice = providers.get("wechat").verify(letter.raw, letter.headers, at=clock.now())
    assert notice.payment.token == writer.attempt.token


def test_unknown_serials_do_not_make_us_ask_again_and_again(writer_of):
    writer = writer_of("wechat")
    certificates = providers.get("wechat").certificates
    asked = []
    download = certificates._download
    certificates._download = lambda: asked.append(1) or download()

    for number in range(50):
        assert post("wechat", headed(writer.letter(), Wechatpay_Serial=f"{number:040X}")) == 400

    assert len(asked) == 1
