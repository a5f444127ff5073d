"""What WeChat Pay leaves unsaid, and who waits for whom when its keys change."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.exceptions import ImproperlyConfigured

from bookings.payments import providers
from bookings.payments.breaker import Guarded
from bookings.payments.fakes.keys import Keys
from bookings.payments.providers import Charge, Handle, Outcome, ProviderDown
from bookings.payments.providers.wechat import WeChat
from bookings.payments.providers.wechat.certificates import Certificates
from bookings.payments.reading import private_key, sign
from bookings.payments.switchboard import make, switch_on
from kernel import clock, http
from tests.bookings.payments.desks import NOWHERE

PAYMENT = Handle("token-of-ours", "token-of-ours", "", 2000, "CNY")
WISH = Charge(
    token=PAYMENT.token, amount_fen=2000, currency="CNY", words="w", return_url="http://x/back?a=1",
    notice_url="http://x/hook", language="zh", closes_at=clock.now() + timedelta(minutes=15),
    buyer_ip="203.0.113.7",
)  # fmt: skip


@pytest.fixture
def wechat(keys: Keys, monkeypatch) -> WeChat:
    monkeypatch.setattr(WeChat, "_is_theirs", lambda *_words: True)
    return make("wechat", keys.settings_of("wechat", NOWHERE))


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


@pytest.mark.parametrize("is_phone", [True, False])
def test_a_clear_no_is_a_payment_that_failed_and_no_outage(wechat, answer, is_phone):
    answer(400, code="PARAM_ERROR")
    guarded = Guarded(wechat)

    started = [guarded.start(replace(WISH, is_phone=is_phone)).outcome for _time in range(4)]

    assert started == [Outcome.FAILED] * 4
    assert not guarded.is_resting


class TestPublicKeyMode:
    ID = "PUB_KEY_ID_0119000000012026"

    @pytest.fixture
    def made(self, keys: Keys) -> WeChat:
        both = keys.wechat_public_key_settings | {"WECHAT_PUBLIC_KEY_ID": self.ID}
        switch_on({"wechat": keys.settings_of("wechat", NOWHERE) | both})
        yield providers.get("wechat").inner
        providers.unregister("wechat")

    @pytest.fixture
    def line(self, keys: Keys, monkeypatch) -> list[Any]:
        """What was asked; each answer is signed by their key, under the serial in ``serial``."""
        asked: list[Any] = []
        self.serial = self.ID

        def send(*request: Any) -> http.Reply:
            asked.append(request)
            raw = json.dumps({"code": "ORDER_NOT_EXIST"}).encode()
            signature = sign(private_key(keys.wechat_their_key), b"1\nn\n" + raw + b"\n")
            return http.Reply(404, {
                "wechatpay-timestamp": "1", "wechatpay-nonce": "n",
                "wechatpay-serial": self.serial, "wechatpay-signature": signature,
            }, raw)  # fmt: skip

        monkeypatch.setattr(http, "send", send)
        return asked

    def test_answers_are_asked_for_and_read_by_the_one_key(self, made, line):
        assert made.fetch(PAYMENT).outcome is Outcome.PENDING
        assert [request[3]["Wechatpay-Serial"] for request in line] == [self.ID]

    def test_another_serial_is_not_believed_and_nothing_is_downloaded(self, made, line):
        self.serial = "0123456789ABCDEF"
        with pytest.raises(ProviderDown):
            made.fetch(PAYMENT)
        assert len(line) == 1

    @pytest.mark.parametrize("name", ["WECHAT_PUBLIC_KEY", "WECHAT_PUBLIC_KEY_ID"])
    def test_one_of_the_two_settings_alone_is_refused(self, keys, name):
        both = keys.wechat_public_key_settings
        with pytest.raises(ImproperlyConfigured):
            switch_on({"wechat": keys.settings_of("wechat", NOWHERE) | both | {name: ""}})

    def test_without_both_its_certificates_are_read(self, keys):
        none = {"WECHAT_PUBLIC_KEY": "", "WECHAT_PUBLIC_KEY_ID": ""}
        switch_on({"wechat": keys.settings_of("wechat", NOWHERE) | none})
        assert isinstance(providers.get("wechat").inner.certificates, Certificates)
        providers.unregister("wechat")


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
