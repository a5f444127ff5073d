"""The refunds' desk: what an action did is said, what is decided shows who and what it is about."""

from __future__ import annotations

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from bookings.payments.providers import Outcome, ProviderDown, Returned
from bookings.refunds import operations as refunds
from bookings.refunds.models import Refund, RefundRequest, RefundState
from tests.bookings.refunds.conftest import cancel
from tests.bookings.refunds.test_people import PNG, low_limit, parts  # noqa: F401 - fixtures
from tests.cast import Cast, assemble, enter

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(paid) -> Cast:
    return assemble(paid.region)


@pytest.fixture
def desk(cast):
    return enter(cast.he_ping)


def act(desk, action: str, *rows: Refund) -> list[str]:
    answer = desk.post(
        "/en/ops/bookings_refunds/refund/",
        {"action": action, "_selected_action": [row.pk for row in rows]},
    )
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_only_a_stuck_refund_is_sent_again(desk, paid, now, says):
    says(Returned(Outcome.FAILED, "card closed"))
    stuck = cancel(paid, now)
    said = act(desk, "send_again", stuck)
    assert said[-1] == "cancelled by the buyer ¥10 is being sent again."
    Refund.objects.filter(pk=stuck.pk).update(state=RefundState.DONE, why="")

    said = act(desk, "send_again", stuck)

    assert said[-1] == "cancelled by the buyer ¥10: returned."
    assert Refund.objects.get().state == RefundState.DONE


def test_a_refund_without_an_answer_is_asked_about_at_once(desk, paid, now, says):
    says(ProviderDown())
    silent = cancel(paid, now)
    assert (silent.state, silent.tries) == (RefundState.SENDING, 1)
    assert act(desk, "ask_now", silent) == [
        "cancelled by the buyer ¥10: being sent to the payment service. "
        "the payment service does not answer"
    ]
    says(Returned(Outcome.SUCCEEDED))

    assert act(desk, "ask_now", silent)[-1] == "cancelled by the buyer ¥10: returned."

    assert Refund.objects.get().state == RefundState.DONE
    shown = desk.get(f"/zh-hans/ops/bookings_refunds/refund/{silent.pk}/change/")
    assert shown.status_code == 200


def test_our_own_reasons_are_said_in_the_language_of_the_desk(desk, paid, now, says):
    says(ProviderDown())
    cancel(paid, now)

    page = desk.get("/zh-hans/ops/bookings_refunds/refund/").content.decode()

    assert "支付机构无应答" in page


@pytest.fixture
def asked(paid, parts, now) -> RefundRequest:  # noqa: F811
    return refunds.ask(order=paid, parts=parts, words="ill", files=[PNG], actor="guest:a", at=now)


def address(asked: RefundRequest) -> str:
    return f"/en/ops/bookings_refunds/refundrequest/{asked.pk}/decide/"


def test_the_page_leads_to_the_order_and_adds_up(desk, asked, paid):
    page = desk.get(address(asked)).content.decode()

    order = reverse("admin:bookings_orders_order_change", args=[paid.pk])
    assert order.removeprefix("/zh-hans") in page
    assert "<tfoot>" in page
    assert page.count("¥20") >= 2
    assert (
        "guest:a"
        not in desk.get(
            f"/en/ops/bookings_refunds/refundrequest/{asked.pk}/change/"
        ).content.decode()
    )


def test_what_was_typed_is_still_there_after_a_refusal(desk, asked):
    form = {"step": "agree", "sum": "999999", "answer": "get well"}

    page = desk.post(address(asked), form).content.decode()

    assert 'value="999999"' in page
    assert 'value="get well"' in page
    asked.refresh_from_db()
    assert asked.state == "ASKED"


def test_who_has_decided_is_not_asked_to_approve(desk, cast, asked, low_limit, now):  # noqa: F811
    actor = cast.he_ping.actor
    refunds.decide(request_id=asked.pk, refund_fen=2000, answer="ok", actor=actor, at=now)

    page = desk.get(address(asked)).content.decode()

    assert str(cast.he_ping) in page
    assert actor not in page
    assert 'value="approve"' not in page


def test_a_closed_request_shows_no_error(desk, asked, now):
    refunds.decide(request_id=asked.pk, refund_fen=1500, answer="ok", actor="user:1", at=now)

    answer = desk.get(address(asked))

    assert not list(get_messages(answer.wsgi_request))
    assert "agreed" in answer.content.decode()
