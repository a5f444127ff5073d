"""The corpus of forged notices: each is refused, and nothing is written but a line in the security log."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bookings.orders.models import State
from bookings.payments import providers
from bookings.payments.models import Attempt, AttemptState, ProviderEvent
from bookings.payments.operations.hear import fits
from bookings.payments.providers.sandbox import Sandbox
from bookings.payments.providers.stripe import Stripe
from bookings.payments.sandbox_server import Party, Store
from kernel import clock
from kernel.outbox.models import Event
from tests.bookings.payments.desks import DESKS, NOWHERE, World, newest, post, switched_on
from tests.bookings.payments.forged import FORGED, headed

pytestmark = pytest.mark.django_db


@pytest.fixture
def world_of(order, now, desk_of, tmp_path: Path) -> Iterator[Callable[[str], World]]:
    """Make a provider, and a payment of the order that was made there."""

    with ExitStack() as switches:

        def make(name: str) -> World:
            desk = desk_of(name) if name in DESKS else sandbox(tmp_path, switches)
            attempt = Attempt.objects.create(
                order=order, provider=name, token=f"token-of-{name}", amount_fen=2000, currency="CNY",
                state=AttemptState.PENDING, created_at=now,
            )  # fmt: skip
            made = desk.create({
                "token": attempt.token, "amount": 2000, "currency": "CNY", "words": "QY",
                "return_url": "http://x/", "notice_url": NOWHERE, "language": "en", "how": "CHARGE",
            })  # fmt: skip
            desk.end(made["id"], "never")
            return newest(desk, attempt)

        yield make


def sandbox(folder: Path, switches: ExitStack) -> Party:
    """The sandbox's own rules, and the adapter that speaks to it."""
    switches.enter_context(switched_on(Sandbox(NOWHERE, "s" * 40)))
    return Party(Store(folder / "sandbox.sqlite3"), "s" * 40, NOWHERE)


def test_the_corpus_has_at_least_thirty():
    assert len(FORGED) >= 30


@pytest.mark.parametrize("what", FORGED)
def test_a_forged_notice_is_refused_with_nothing_written(world_of, order, what, caplog):
    name, forge = FORGED[what]
    world = world_of(name)
    letter = forge(world)
    before = Event.objects.count()
    caplog.clear()

    with caplog.at_level(logging.WARNING, logger="quanyu.security"):
        assert post(name, letter) == 400

    world.attempt.refresh_from_db()
    assert (world.attempt.state, world.attempt.captured_fen) == (AttemptState.PENDING, 0)
    assert (ProviderEvent.objects.count(), Event.objects.count()) == (0, before)
    assert [record.name for record in caplog.records].count("quanyu.security") == 1
    order.refresh_from_db()
    assert (order.state, order.received_fen) == (State.HELD, 0)


@pytest.mark.parametrize("name", ["sandbox", "stripe", "alipay", "wechat"])
def test_the_genuine_one_that_each_began_as_is_taken(world_of, order, name):
    world = world_of(name)

    assert post(name, world.letter()) == 200

    world.attempt.refresh_from_db()
    assert world.attempt.state == AttemptState.SUCCEEDED


def test_a_test_payment_is_none_where_money_is_real(world_of, now):
    world = world_of("stripe")
    provider = providers.get("stripe")
    letter = world.letter()
    notice = provider.verify(letter.raw, letter.headers, at=clock.now())
    live = Stripe(secret_key="sk_live_x", webhook_secret="w", url="http://127.0.0.1:9")

    assert fits(provider, world.attempt, notice.payment)
    assert not fits(live, world.attempt, notice.payment)


def test_wechat_pays_keys_change_without_a_pause(world_of, monkeypatch):
    world = world_of("wechat")
    assert post("wechat", world.letter()) == 200

    world.desk.rotate()
    monkeypatch.setattr("bookings.payments.providers.wechat.certificates.AGAIN_AFTER_S", 0.0)

    letter = world.letter()
    notice = providers.get("wechat").verify(letter.raw, letter.headers, at=clock.now())
    assert notice.payment.token == world.attempt.token


def test_unknown_serials_do_not_make_us_ask_again_and_again(world_of):
    world = world_of("wechat")
    certificates = providers.get("wechat").certificates
    asked = []
    download = certificates._download
    certificates._download = lambda: asked.append(1) or download()

    for number in range(50):
        assert post("wechat", headed(world.letter(), Wechatpay_Serial=f"{number:040X}")) == 400

    assert len(asked) == 1
