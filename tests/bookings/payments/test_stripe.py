"""An account at Stripe may have other uses: what they tell concerns no payment of ours."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import stripe

from bookings.contracts import How
from bookings.payments.providers import Charge, Handle, Notice, Outcome
from bookings.payments.providers.stripe import Stripe
from kernel import clock, http

SECRET = "whsec_x"
PAID = Handle("ours", "cs_1", "pi_1", 2000, "CNY")
FOREIGN: dict[str, dict[str, Any]] = {
    "checkout.session.completed": {
        "id": "cs_9", "object": "checkout.session", "mode": "setup", "client_reference_id": None,
        "amount_total": None, "currency": None, "payment_intent": None, "status": "complete",
    },
    "payment_intent.succeeded": {
        "id": "pi_9", "object": "payment_intent", "amount": 1, "amount_received": 1,
        "currency": "usd", "status": "succeeded", "metadata": {}, "latest_charge": "ch_9",
    },
    "charge.refunded": {"id": "ch_9", "object": "charge", "payment_intent": None},
    "charge.dispute.created": {"id": "dp_9", "object": "dispute", "payment_intent": "pi_gone"},
    "refund.updated": {"id": "re_9", "object": "refund", "metadata": None, "status": None},
}  # fmt: skip


@pytest.fixture
def provider() -> Stripe:
    return Stripe(secret_key="sk_test_x", webhook_secret=SECRET, url="http://127.0.0.1:9")


@pytest.fixture
def answers(monkeypatch):
    """Let it answer so, by the end of the address; what it was sent."""
    found: dict[str, tuple[int, Any]] = {}
    sent: list[tuple[str, str]] = []

    def send(method: str, url: str, payload: bytes | None, _headers: Any, *, most: int) -> Any:
        sent.append((url, (payload or b"").decode()))
        name = url.partition("?")[0].rpartition("/")[2]
        status, body = found.get(name, (404, {"error": {"type": "invalid_request_error"}}))
        raw = json.dumps(body).encode()
        assert len(raw) <= most
        return http.Reply(status, {}, raw)

    monkeypatch.setattr(http, "send", send)
    return found, sent


def event(kind: str, number: int = 1) -> dict[str, Any]:
    return {
        "id": f"evt_{number}", "object": "event", "type": kind, "data": {"object": FOREIGN[kind]},
    }  # fmt: skip


def is_of_nobody(notice: Notice) -> bool:
    return notice.payment is None and not notice.refund_token and notice.refund_outcome is None


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_notice_of_another_use_is_taken_and_is_about_nothing(provider, answers, kind):
    raw = json.dumps(event(kind))
    header = stripe.WebhookSignature.generate_signature_header(raw, SECRET)

    assert is_of_nobody(provider.verify(raw.encode(), {"Stripe-Signature": header}, at=clock.now()))


def test_other_uses_do_not_hide_the_news_of_ours(provider, answers):
    """A hundred events of real size are more than an ordinary answer may have."""
    found, _sent = answers
    ours = {
        "id": "evt_ours", "object": "event", "type": "payment_intent.succeeded",
        "data": {"object": FOREIGN["payment_intent.succeeded"] | {"metadata": {"token": "ours"}}},
    }  # fmt: skip
    page = [event(kind, n) | {"padding": "x" * 4000} for n, kind in enumerate(list(FOREIGN) * 19)]
    found["events"] = (200, {"object": "list", "data": [ours, *page], "has_more": False})

    told = provider.news(since=clock.now())

    assert [notice.payment.token for notice in told if notice.payment] == ["ours"]
    assert len(told) == len(page) + 1


@pytest.mark.parametrize("hours", [0.25, 2, 23.4, 23.6, 100])
def test_the_same_charge_is_asked_for_in_the_same_words(provider, answers, monkeypatch, hours):
    found, sent = answers
    found["sessions"] = (200, {"id": "cs_1", "object": "checkout.session", "url": "http://p/"})
    begin = clock.now()
    wish = Charge("ours", 2000, "CNY", "w", "http://x/", "http://x/", "en",
                  begin + timedelta(hours=hours))  # fmt: skip
    for minutes in (0, 1, 5):
        monkeypatch.setattr(clock, "now", lambda: begin + timedelta(minutes=minutes))  # noqa: B023
        provider.start(wish)

    assert len({words for _url, words in sent}) == 1
    lives = [
        int(part.partition("=")[2]) - begin.timestamp()
        for part in sent[0][1].split("&")
        if part.startswith("expires_at=")
    ]
    assert all(30 * 60 <= seconds <= 24 * 3600 for seconds in lives)
    assert bool(lives) is (hours < 23.45)


def test_only_cards_are_set_aside(provider, answers):
    found, sent = answers
    found["sessions"] = (200, {"id": "cs_1", "object": "checkout.session", "url": "http://p/"})
    wish = Charge("ours", 2000, "CNY", "w", "", "http://x/", "en", clock.now())
    provider.start(wish)
    provider.start(replace(wish, how=How.AUTHORISE))

    assert ["alipay" in words for _url, words in sent] == [True, False]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("pending", Outcome.PENDING),
        ("requires_action", Outcome.PENDING),
        ("succeeded", Outcome.SUCCEEDED),
        ("failed", Outcome.FAILED),
        ("canceled", Outcome.FAILED),
    ],
)
def test_a_refund_is_asked_about_again_under_its_token(provider, answers, status, outcome):
    found, sent = answers
    known = {"id": "re_1", "object": "refund", "metadata": {"token": "back"}, "status": status}
    found["refunds"] = (200, {"object": "list", "data": [known], "has_more": False})

    assert provider.refund(PAID, token="back", amount_fen=1).outcome is outcome
    assert [words for _url, words in sent] == [""]  # nothing was asked for but the list
