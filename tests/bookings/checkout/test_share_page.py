"""Friends pay their parts: from the order's page to each one's own, as plain forms."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from bookings.orders.models import State
from bookings.payments.models import Attempt
from bookings.shares.models import Division, Share
from kernel import invariants
from kernel.outbox import operations as outbox
from tests.bookings.payments.conftest import bucket, now, order, party  # noqa: F401

pytestmark = pytest.mark.django_db


def fields(page) -> dict[str, str]:
    return dict(re.findall(r'name="(payer-[^"]*)" value="([^"]*)"', page.content.decode()))


@pytest.fixture
def division(client, order) -> Division:  # noqa: F811
    address = f"/en/o/{order.token}/shares/"
    names = dict(zip(fields(client.get(address)), ("Anna", "Ben"), strict=True))
    assert client.post(address, {**names, "rule": "KEEP"}).status_code == 302
    return Division.objects.get(order=order)


def pay(share: Share, party, now) -> None:  # noqa: F811
    friend = Client()
    went = friend.post(f"/en/s/{share.token}/", {"provider": "sandbox"})
    attempt = Attempt.objects.get(purpose="SHARE", purpose_id=share.pk)
    assert went.url == attempt.redirect_url
    party.press(attempt, "never")
    assert friend.get(f"/en/s/{share.token}/back/").url == f"/en/s/{share.token}/"
    outbox.drain(at=now)


def test_the_order_leads_to_it_and_each_friend_gets_an_address(client, order, division):  # noqa: F811
    page = client.get(f"/en/o/{order.token}/").content.decode()
    assert f"/en/o/{order.token}/shares/" in page

    page = client.get(f"/en/o/{order.token}/shares/").content.decode()
    for share in division.shares.all():
        assert f"http://testserver/en/s/{share.token}/" in page
        friends = Client().get(f"/en/s/{share.token}/").content.decode()
        assert ("¥10" in friends, order.token in friends) == (True, False)


def test_two_friends_pay_and_the_codes_come(client, order, division, party, now):  # noqa: F811
    first, second = division.shares.order_by("position")
    pay(first, party, now)
    assert "Thank you" in Client().get(f"/en/s/{first.token}/").content.decode()

    pay(second, party, now)

    order.refresh_from_db()
    assert order.state is State.CONFIRMED
    assert "q-code" in client.get(f"/en/o/{order.token}/").content.decode()
    assert "All is paid" in Client().get(f"/en/s/{first.token}/").content.decode()
    assert invariants.check_all(at=now + timedelta(hours=1)) == []


def test_one_name_for_all_is_refused_and_what_was_typed_stays(client, order):  # noqa: F811
    address = f"/en/o/{order.token}/shares/"
    names = dict.fromkeys(fields(client.get(address)), "Anna")

    page = client.post(address, {**names, "rule": "ALL"})

    assert fields(page) == names
    assert "Each part needs one payer" in page.content.decode()
    assert not Division.objects.exists()


@pytest.mark.parametrize("change", [{"rule": "SOME"}, {"rule": ""}, {"payer": "  "}, {"payer": ""}])
def test_a_strange_form_is_refused(client, order, change):  # noqa: F811
    address = f"/en/o/{order.token}/shares/"
    names = dict(zip(fields(client.get(address)), ("Anna", "Ben"), strict=True))
    if "payer" in change:
        names[next(iter(names))] = change.pop("payer")

    answer = client.post(address, {**names, "rule": "ALL", **change})

    assert (answer.status_code, Division.objects.exists()) == (200, False)


def test_an_unknown_share_is_not_there(client, order):  # noqa: F811
    for path in ("", "back/", "state.json", "code/1/"):
        assert client.get(f"/en/s/{'x' * 22}/{path}").status_code == 404


def test_a_part_says_whose_it_is_and_a_share_of_which_order(client, order, division):  # noqa: F811
    share = division.shares.first()

    page = Client().get(f"/en/s/{share.token}/").content.decode()

    assert f"of order {order.code}, booked by {order.contact_masked}" in page


def test_a_received_share_is_not_asked_for_again(client, order, division, party, now):  # noqa: F811
    share = division.shares.first()
    friend = Client()
    friend.post(f"/en/s/{share.token}/", {"provider": "sandbox"})
    party.press(Attempt.objects.get(purpose="SHARE"), "never")

    page = friend.get(f"/en/s/{share.token}/back/", follow=True).content.decode()

    assert "Your payment is being checked" in page
    assert 'id="pay"' not in page
    again = friend.post(f"/en/s/{share.token}/", {"provider": "sandbox"})
    assert (again.status_code, Attempt.objects.count()) == (200, 1)
    outbox.drain(at=now)
    state = friend.get(f"/en/s/{share.token}/state.json").json()["state"]
    assert state == "PAID:RECEIVED:False"


def test_a_declined_share_is_said(client, division, party):  # noqa: F811
    share = division.shares.first()
    friend = Client()
    friend.post(f"/en/s/{share.token}/", {"provider": "sandbox"})
    party.press(Attempt.objects.get(purpose="SHARE"), "decline")

    page = friend.get(f"/en/s/{share.token}/back/", follow=True).content.decode()

    assert "The payment did not go through" in page


def test_who_divided_it_undoes_it_and_nobody_else(client, order, division):  # noqa: F811
    address = f"/en/o/{order.token}/shares/"
    assert "shares/undo/" not in Client().get(address).content.decode()
    Client().post(f"{address}undo/")
    assert Division.objects.count() == 1
    assert "shares/undo/" in client.get(address).content.decode()

    answer = client.post(f"{address}undo/")

    assert (answer.url, Division.objects.count()) == (address, 0)
