"""An account at Stripe may have other uses: what they tell concerns no payment of ours."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
import stripe

from bookings.contracts import How
from bookings.payments.breaker import Guarded
from bookings.payments.providers import Charge, Handle, Notice, Outcome, ProviderDown
from bookings.payments.providers.stripe import Stripe
from kernel import clock, http

SECRET = "whsec_x"
PAID = Handle("ours", "cs_1", "pi_1", 2000, "CNY")
FOREIGN: dict[str, dict[str, Any]] = {
    "checkout.session.completed": {
        "id": "cs_9",
        "object": "checkout.session",
        "mode": "setup",
        "client_reference_id": None,
        "amount_total": None,
        "currency": None,
        "payment_intent": None,
        "status": "complete",
    },
    "payment_intent.succeeded": {
        "id": "pi_9",
        "object": "payment_intent",
        "amount": 1,
        "amount_received": 1,
        "currency": "usd",
        "status": "succeeded",
        "metadata": {},
        "latest_charge": "ch_9",
    },
    "charge.refunded": {"id": "ch_9", "object": "charge", "payment_intent": None},
    "charge.dispute.created": {"id": "dp_9", "object": "dispute", "payment_intent": "pi_gone"},
    "refund.updated": {"id": "re_9", "object": "refund", "metadata": None, "status": None},
}
SETUP = FOREIGN["checkout.session.completed"] | {"client_reference_id": "somebody-elses"}
WISH = Charge("ours", 2000, "CNY", "w", "http://x/back", "http://x/hooks/stripe/", "en",
              clock.now() + timedelta(hours=1))  # fmt: skip


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


def session(**changes: Any) -> dict[str, Any]:
    """A session of ours, as its list has it."""
    return {
        "id": "cs_1", "object": "checkout.session", "client_reference_id": "ours",
        "metadata": {"token": "ours"}, "amount_total": 2000, "currency": "cny", "livemode": False,
        "status": "open", "payment_status": "unpaid", "payment_intent": None, "url": "http://p/",
        **changes,
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


def test_a_setup_of_another_use_with_a_reference_of_its_own_is_about_nothing(provider, answers):
    raw = json.dumps(event("checkout.session.completed") | {"data": {"object": SETUP}})
    header = stripe.WebhookSignature.generate_signature_header(raw, SECRET)

    assert is_of_nobody(provider.verify(raw.encode(), {"Stripe-Signature": header}, at=clock.now()))


def test_an_event_that_cannot_be_read_hides_no_other(provider, answers):
    found, _sent = answers
    ours = FOREIGN["payment_intent.succeeded"] | {"metadata": {"token": "ours"}}
    events = [
        {"id": f"evt_{n}", "type": "payment_intent.succeeded", "data": {"object": thing}}
        for n, thing in enumerate((ours | {"id": None}, {**ours, "metadata": []}, ours))
    ] + [{"id": "evt_9", "type": "refund.updated", "data": None}]
    found["events"] = (200, {"object": "list", "data": events, "has_more": False})

    told = provider.news(since=clock.now())

    assert [n.payment.token for n in told if n.payment] == ["ours"]


def test_a_dispute_that_cannot_be_looked_up_just_now_is_not_passed_over(provider, answers):
    found, _sent = answers
    lost = {"id": "evt_1", "type": "charge.dispute.created",
            "data": {"object": {"id": "dp_1", "payment_intent": "pi_1"}}}  # fmt: skip
    found["events"] = (200, {"object": "list", "data": [lost], "has_more": False})
    found["pi_1"] = (500, {})

    with pytest.raises(ProviderDown):
        provider.news(since=clock.now())


def test_a_sum_that_it_does_not_take_is_a_payment_that_failed(provider, answers):
    found, _sent = answers
    no = {"type": "invalid_request_error", "code": "amount_too_small", "message": "too small"}
    found["sessions"] = (400, {"error": no})
    guarded = Guarded(provider)

    started = [guarded.start(replace(WISH, amount_fen=1)).outcome for _time in range(4)]

    assert started == [Outcome.FAILED] * 4
    assert not guarded.is_resting


class TestAPaymentWhoseBeginningWasNotHeard:
    """Its answer was lost: all that is known of it is our own number."""

    NAMELESS = Handle("ours", "", "", 2000, "CNY")

    def test_it_is_found_by_that_number(self, provider, answers):
        found, sent = answers
        others = [session(id=f"cs_{n}", client_reference_id=f"other{n}") for n in range(3)]
        found["sessions"] = (200, {"object": "list", "data": [*others, session()]})
        found["cs_1"] = (200, session())

        payment = provider.fetch(self.NAMELESS)

        assert (payment.provider_ref, payment.outcome) == ("cs_1", Outcome.PENDING)
        assert all(not words for _url, words in sent)  # nothing was made

    def test_one_that_was_never_begun_is_not_paid_and_is_closed(self, provider, answers):
        found, sent = answers
        found["sessions"] = (200, {"object": "list", "data": []})

        assert provider.fetch(self.NAMELESS).outcome is Outcome.PENDING
        assert provider.void(self.NAMELESS) is Outcome.SUCCEEDED
        assert all(not words for _url, words in sent)


def test_a_buyer_comes_back_to_a_page_and_never_to_the_address_of_notices(provider, answers):
    found, sent = answers
    found["sessions"] = (200, session())
    for back in ("http://x/back", ""):
        provider.start(replace(WISH, return_url=back))

    pages = [dict(parse_qsl(words)) for _url, words in sent]

    assert [page["success_url"] for page in pages] == ["http://x/back", "http://x/"]
    assert [page["cancel_url"] for page in pages] == ["http://x/back", "http://x/"]


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
