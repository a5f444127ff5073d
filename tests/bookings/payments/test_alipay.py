"""What Alipay's answers must not be taken for."""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from bookings.payments.fakes.keys import Keys
from bookings.payments.providers import Charge, Declined, Handle, Outcome, ProviderDown
from bookings.payments.providers.alipay import Alipay
from bookings.payments.reading import private_key, sign
from bookings.payments.switchboard import make
from kernel import clock, http
from tests.bookings.payments.desks import NOWHERE

NAME = "alipay_trade_query_response"
PAYMENT = Handle("a-b_c", "a-b_c", "", 2000, "CNY")


@pytest.fixture
def alipay(keys: Keys) -> Alipay:
    return make("alipay", keys.settings_of("alipay", NOWHERE))


@pytest.fixture
def answer(monkeypatch, keys: Keys):
    """Let the gateway answer so, or with these bytes after what it has signed."""

    def make(*, after: str = "", **facts: str) -> str:
        body = json.dumps(
            {"code": "10000", "out_trade_no": "a_hb_uc", "total_amount": "20.00", **facts}
        )
        signature = sign(private_key(keys.alipay_their_key), body.encode())
        raw = f'{{"{NAME}":{body},"sign":"{signature}"{after}}}'.encode()
        monkeypatch.setattr(http, "send", lambda *_request: http.Reply(200, {}, raw))
        return body

    return make


def test_what_stands_beside_the_signed_words_is_not_read(alipay, answer):
    body = answer(trade_status="WAIT_BUYER_PAY")
    forged = body.replace("WAIT_BUYER_PAY", "TRADE_SUCCESS")
    answer(trade_status="WAIT_BUYER_PAY", after=f',"{NAME}":{forged}')

    assert alipay.fetch(PAYMENT).outcome is Outcome.PENDING


def test_unsigned_words_are_no_answer(alipay, answer, monkeypatch):
    monkeypatch.setattr("bookings.payments.providers.alipay.is_signed", lambda *_words: False)
    answer(trade_status="TRADE_SUCCESS")

    with pytest.raises(ProviderDown):
        alipay.fetch(PAYMENT)


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        ({}, Outcome.FAILED),
        ({"send_pay_date": "2026-11-24 10:00:00"}, Outcome.SUCCEEDED),
    ],
)
def test_a_closed_payment_was_paid_if_it_says_when(alipay, answer, facts, outcome):
    answer(trade_status="TRADE_CLOSED", **facts)

    assert alipay.fetch(PAYMENT).outcome is outcome


@pytest.mark.parametrize("state", [None, "", "REFUND_PROCESSING", "REFUND_SUCCESS"])
def test_a_refund_that_moved_nothing_counts_only_once_alipay_says_so(alipay, monkeypatch, state):
    answers = {
        "alipay.trade.refund": {"code": "10000", "fund_change": "N"},
        "alipay.trade.fastpay.refund.query": {"code": "10000", "refund_status": state},
    }
    monkeypatch.setattr(Alipay, "_ask", lambda _self, method, _content: answers[method])

    if not state:
        with pytest.raises(Declined):  # asked for again under the same number, for a day
            alipay.refund(PAYMENT, token="r", amount_fen=1)
        return
    found = alipay.refund(PAYMENT, token="r", amount_fen=1).outcome

    assert found is (Outcome.SUCCEEDED if state == "REFUND_SUCCESS" else Outcome.PENDING)


@pytest.mark.parametrize("token", ["a-b_c", "_h", "_u", "-_", "_-", "__uh--h"])
def test_a_token_is_spelled_as_alipay_takes_it_and_read_back(alipay, answer, token):
    closes_at = clock.now() + timedelta(minutes=15)
    wish = Charge(token, 2000, "CNY", "w", "http://x/", "http://x/", "en", closes_at)
    query = parse_qs(urlsplit(alipay.start(wish).redirect_url).query)
    number = json.loads(query["biz_content"][0])["out_trade_no"]
    answer(trade_status="TRADE_SUCCESS", out_trade_no=number)

    assert number.replace("_", "").isalnum()
    assert alipay.fetch(PAYMENT).token == token
