"""Orders that are placed in sequence: behind the first refusal nothing is placed, whatever it was about."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bookings.inventory import queries as counts
from bookings.orders import operations as orders
from bookings.orders.models import Hold, Order
from tests.bookings.conftest import Shop, ask
from tests.bookings.samples import GoneBy

pytestmark = pytest.mark.django_db


def wishes(shop: Shop, *buckets: int) -> list[orders.PlaceRequest]:
    return [
        shop.wish(ask(bucket), total_fen=1000, actor=f"guest:{n}")
        for n, bucket in enumerate(buckets)
    ]


def outcomes(answers) -> list[type]:
    return [type(answer) for answer in answers]


def test_who_is_behind_a_shortage_gets_nothing(shop, sellers, at):
    roomy, full = shop.bucket(5), shop.bucket(0)

    answers = orders.place_many(wishes(shop, roomy, full, roomy), at=at, in_sequence=True)

    assert outcomes(answers) == [Order, orders.SoldOut, orders.NotReached]
    assert (Order.objects.count(), Hold.objects.count()) == (1, 1)
    assert counts.counts([roomy]) == {roomy: (5, 1)}


def test_who_is_behind_another_price_gets_nothing(shop, sellers, at):
    roomy = shop.bucket(5)
    first, second, third = wishes(shop, roomy, roomy, roomy)
    moved = replace(second, shown_total_fen=999)

    answers = orders.place_many([first, moved, third], at=at, in_sequence=True)

    assert outcomes(answers) == [Order, orders.PriceMoved, orders.NotReached]
    assert counts.counts([roomy]) == {roomy: (5, 1)}


def test_who_is_behind_a_claim_that_is_refused_gets_nothing(shop, sellers, at, monkeypatch):
    roomy, other = shop.bucket(5), shop.bucket(5)
    seller, old = sellers["plain"], sellers["plain"].claim

    def claim(*, claims, at):
        said = old(claims=claims, at=at)
        return [
            GoneBy() if c.ref == f"{other}:1000" else s for c, s in zip(claims, said, strict=True)
        ]

    monkeypatch.setattr(seller, "claim", claim)

    answers = orders.place_many(wishes(shop, roomy, other, roomy), at=at, in_sequence=True)

    assert outcomes(answers) == [Order, GoneBy, orders.NotReached]
    assert Order.objects.count() == 1
    assert counts.counts([roomy, other]) == {roomy: (5, 1), other: (5, 0)}


def test_a_repeat_is_no_refusal(shop, sellers, at):
    roomy = shop.bucket(5)
    requests = wishes(shop, roomy, roomy)
    [before] = orders.place_many(requests[:1], at=at)

    answers = orders.place_many(requests, at=at, in_sequence=True)

    assert next(answer.pk for answer in answers if isinstance(answer, Order)) == before.pk
    assert counts.counts([roomy]) == {roomy: (5, 2)}


def test_what_lapses_for_the_first_refused_is_for_those_behind_too(shop, sellers, at):
    last = shop.bucket(1)
    [old] = orders.place_many(wishes(shop, last), at=at)
    later = old.due_at
    roomy = shop.bucket(5)
    new = [replace(w, actor=f"{w.actor}:new") for w in wishes(shop, last, roomy)]

    answers = orders.place_many(new, at=later, in_sequence=True)

    assert outcomes(answers) == [Order, Order]


def test_offers_that_a_request_brings_are_not_asked_for_again(shop, sellers, at, monkeypatch):
    roomy = shop.bucket(5)
    [request] = wishes(shop, roomy)
    [answer] = sellers["plain"].offer(asks=request.asks, at=at)
    monkeypatch.setattr(sellers["plain"], "offer", None)

    [order] = orders.place_many([replace(request, offers=tuple(answer))], at=at)

    assert order.total_fen == 1000
    dearer = replace(request, request_key="other", offers=tuple(answer), shown_total_fen=900)
    [no] = orders.place_many([dearer], at=at)
    assert isinstance(no, orders.PriceMoved)
    assert Order.objects.count() == 1
