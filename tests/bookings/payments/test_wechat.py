"""What WeChat Pay leaves unsaid, and who waits for whom when its keys change."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bookings.payments.fakes.keys import Keys, keys_in
from bookings.payments.providers import Charge, Handle, Outcome, ProviderDown
from bookings.payments.providers.wechat import WeChat
from bookings.payments.providers.wechat.certificates import Certificates
from bookings.payments.reading import private_key
from kernel import clock, http

PAYMENT = Handle("token-of-ours", "token-of-ours", "", 2000, "CNY")
WISH = Charge(
    token=PAYMENT.token, amount_fen=2000, currency="CNY", words="w", return_url="http://x/back?a=1",
    notice_url="http://x/hook", language="zh", closes_at=clock.now() + timedelta(minutes=15),
    buyer_ip="203.0.113.7",
)  # fmt: skip


@pytest.fixture(scope="module")
def keys(tmp_path_factory: Any) -> Keys:
    return keys_in(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def wechat(keys: Keys, monkeypatch) -> WeChat:
    monkeypatch.setattr(WeChat, "_is_theirs", lambda *_words: True)
    return WeChat(
        app_id=keys.wechat_app_id,
        merchant_id=keys.wechat_merchant_id,
        serial=keys.wechat_serial,
        own_key=private_key(keys.wechat_own_key),
        api_key=keys.wechat_api_key.encode(),
        url="http://127.0.0.1:9",
        is_live=True,
    )


@pytest.fixture
def answer(monkeypatch):
    """Let it answer so; what it was asked."""

    def make(status: int = 200, **facts: Any) -> list[Any]:
        asked: list[Any] = []
        reply = http.Reply(status, {}, json.dumps(facts).encode())
        monkeypatch.setattr(http, "send", lambda *request: asked.append(request) or reply)
        return asked

    return make


@pytest.mark.parametrize("state", ["NOTPAY", "USERPAYING", "CLOSED", "PAYERROR"])
@pytest.mark.parametrize("amount", [{}, {"amount": {"total": 2000, "payer_currency": "CNY"}}])
def test_an_unpaid_one_need_not_tell_its_sum(wechat, keys, answer, state, amount):
    answer(
        appid=keys.wechat_app_id, mchid=keys.wechat_merchant_id, trade_state=state,
        out_trade_no=PAYMENT.token, **amount,
    )  # fmt: skip
    found = wechat.fetch(PAYMENT)

    assert found.outcome is (Outcome.FAILED if state[-2:] in ("ED", "OR") else Outcome.PENDING)
    assert (found.amount_fen, found.currency, found.captured_fen) == (2000, "CNY", 0)


def test_a_paid_one_must_tell_its_sum(wechat, keys, answer):
    answer(
        appid=keys.wechat_app_id, mchid=keys.wechat_merchant_id, trade_state="SUCCESS",
        out_trade_no=PAYMENT.token,
    )  # fmt: skip
    with pytest.raises(ProviderDown):
        wechat.fetch(PAYMENT)


def test_one_that_it_does_not_know_is_not_paid_and_is_over_when_we_say_so(wechat, answer):
    answer(404, code="ORDER_NOT_EXIST")

    assert wechat.fetch(PAYMENT).outcome is Outcome.PENDING
    assert wechat.void(PAYMENT) is Outcome.SUCCEEDED


def test_without_a_buyer_nobody_is_asked_for_a_page(wechat, answer):
    asked = answer(500)

    assert wechat.start(replace(WISH, return_url="", buyer_ip="")).provider_ref == WISH.token
    assert asked == []


@pytest.mark.parametrize("page", ["http://wx/pay", "http://wx/pay?package=1"])
def test_its_page_is_told_where_the_buyer_goes_afterwards(wechat, answer, page):
    answer(h5_url=page)
    address = urlsplit(wechat.start(WISH).redirect_url)

    assert parse_qs(address.query)["redirect_url"] == [WISH.return_url]


def test_who_brings_a_known_serial_does_not_wait_for_a_download():
    begun, may_end = threading.Event(), threading.Event()

    def download() -> Any:
        begun.set()
        assert may_end.wait(10)
        return {"data": []}

    known = object()
    certificates = Certificates(b"k" * 32, download)
    certificates._keys = {"KNOWN": known}  # type: ignore[dict-item]
    stranger = threading.Thread(target=certificates.get, args=("STRANGE",))
    stranger.start()
    assert begun.wait(10)

    found: list[Any] = []
    reader = threading.Thread(target=lambda: found.append(certificates.get("KNOWN")))
    reader.start()
    reader.join(2)
    in_time = list(found)
    may_end.set()
    stranger.join()
    reader.join()

    assert in_time == [known]
