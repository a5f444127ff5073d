"""Carts: filled, changed, emptied once bought, and brought along at sign-in."""

from __future__ import annotations

import pytest

from bookings.baskets import operations as baskets
from bookings.baskets import queries
from kernel.outbox import operations as outbox
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db

GUEST = "guest:a"


@pytest.fixture
def put(region, at):
    def put(ref: str, *classes: str, actor: str = GUEST):
        return baskets.add(
            actor=actor, region_id=region.pk, kind="plain", ref=ref, classes=classes, at=at
        )

    return put


def refs(region, actor: str = GUEST) -> list[str]:
    found = queries.find(actor=actor, region_id=region.pk)
    return [item.ref for item in queries.items_of(found)]


def test_the_same_thing_again_replaces_its_party(put, region):
    put("1", "adult")

    item = put("1", "adult", "child")

    assert refs(region) == ["1"]
    assert item.classes == ["adult", "child"]


def test_a_change_gives_the_cart_a_new_request_key(put, region):
    put("1", "adult")
    before = queries.find(actor=GUEST, region_id=region.pk).request_key

    put("2", "adult")

    assert queries.find(actor=GUEST, region_id=region.pk).request_key != before


def test_a_cart_is_emptied_by_the_key_it_was_bought_with_only(put, region, at):
    put("1", "adult")

    baskets.empty(actor=GUEST, region_id=region.pk, request_key="another", at=at)
    assert refs(region) == ["1"]

    key = queries.find(actor=GUEST, region_id=region.pk).request_key
    baskets.empty(actor=GUEST, region_id=region.pk, request_key=key, at=at)
    assert refs(region) == []


def test_nobody_takes_from_anothers_cart(put, region, at):
    item = put("1", "adult")

    with pytest.raises(baskets.ItemNotFound):
        baskets.remove(actor="guest:b", region_id=region.pk, item_id=item.pk, at=at)

    assert refs(region) == ["1"]


def test_too_many_people_are_refused(put, region):
    with pytest.raises(baskets.BasketFull):
        put("1", *["adult"] * 51)

    assert refs(region) == []


def test_signing_in_brings_the_guests_cart_along(
    put, region, at, django_capture_on_commit_callbacks
):
    user = UserFactory()
    put("1", "adult")
    put("2", "adult", actor=user.actor)
    outbox.record(
        name="accounts.identity.signed-in",
        key="sign-in:1",
        facts={"user_id": user.pk, "guest_actor": GUEST},
        at=at,
    )

    outbox.drain(at=at)

    assert sorted(refs(region, user.actor)) == ["1", "2"]
    assert refs(region) == []


def test_a_cart_that_is_empty_again_is_added_to_nothing(put, region, at):
    item = put("1", "adult")
    other = put("2", "adult")
    baskets.belong(actor=GUEST, region_id=region.pk, parent_id=7, traveller_ids=(), at=at)

    baskets.remove(actor=GUEST, region_id=region.pk, item_id=item.pk, at=at)
    assert queries.find(actor=GUEST, region_id=region.pk).parent_id == 7
    baskets.remove(actor=GUEST, region_id=region.pk, item_id=other.pk, at=at)

    assert queries.find(actor=GUEST, region_id=region.pk).parent_id is None
