"""Laws of discounts: parts, dues and payers add up; cancelling gives back what was paid, never more."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.campaigns.applying import discount
from bookings.contracts import Due, GroupPrice, How, Offer, Part, Payer, Terms, When
from bookings.orders import frozen
from bookings.pricing.groups import back, price_together
from tests.bookings.campaigns.test_rules import WORDS, rules_, some_rules

AT = datetime(2026, 10, 1, tzinfo=UTC)
MANY = 3_000 if os.environ.get("QUANYU_LONG") else 200
FAMILY = GroupPrice("family", WORDS, (("adult", 2), ("child", 1)), permille=850)
GROUP = GroupPrice("four", WORDS, least=4, permille=900)


@st.composite
def offers(draw) -> list[Offer]:
    """One to three things, each with its people, paid at once, in two sums, or metered."""
    made = []
    for number in range(draw(st.integers(1, 3))):
        codes = draw(st.lists(st.sampled_from(("adult", "child")), min_size=1, max_size=5))
        price = {"adult": draw(st.integers(0, 20_000)), "child": draw(st.integers(0, 9000))}
        parts = tuple(Part(f"p{n}", WORDS, price[code], code) for n, code in enumerate(codes))
        whole = sum(part.price_fen for part in parts)
        now = draw(st.integers(0, whole))
        dues = draw(
            st.sampled_from(
                (
                    (Due(whole),),
                    (Due(now), Due(whole - now, when=AT.date())),
                    (Due(whole), Due(500, how=How.AUTHORISE)),
                    (Due(None, when=When.AFTER_USE),),
                )
            )
        )
        rules = draw(st.sampled_from(((), (FAMILY,), (FAMILY, GROUP))))
        made.append(
            Offer(
                "plain", f"{number}:a", 1, draw(st.integers(1, 2)), WORDS, AT, AT, parts, Terms(),
                dues, group_prices=rules,
            )
        )  # fmt: skip
    return made


@settings(max_examples=MANY, deadline=None)
@given(offers(), some_rules)
def test_prices_discounts_and_dues_add_up(found, rules):
    before = price_together(found)

    after = discount(before, rules)

    taken = sum(each.total_fen for each in after.applied)
    assert sum(o.price_fen for o in before) - sum(o.price_fen for o in after.offers) == taken
    assert sum(o.discount_fen for o in after.offers) == taken
    for old, new in zip(before, after.offers, strict=True):
        assert all(part.price_fen >= 0 for part in new.parts)
        assert [p.own_fen for p in new.parts] == [p.own_fen for p in old.parts]
        charged = [d.amount_fen for d in new.dues if d.how is How.CHARGE]
        assert None in charged or sum(charged) == new.price_fen
        aside = [d for d in new.dues if d.how is How.AUTHORISE]
        assert aside == [d for d in old.dues if d.how is How.AUTHORISE]


@settings(max_examples=MANY, deadline=None)
@given(offers(), rules_, st.integers(0, 1000))
def test_who_bears_it_adds_up_to_the_discount(found, rule, permille):
    shared = replace(rule, code="a", supplier_permille=permille)

    after = discount(found, [shared])

    parts = [part for offer in after.offers for part in offer.parts]
    by_supplier = sum(d.fen for p in parts for d in p.discounts if d.payer is Payer.SUPPLIER)
    whole = sum(part.discount_fen for part in parts)
    assert abs(by_supplier - whole * permille / 1000) <= len(parts)
    assert all(p.claim_fen + p.discount_fen - p.promoted_fen == p.own_fen for p in parts)


@settings(max_examples=MANY, deadline=None)
@given(offers(), some_rules)
def test_what_is_frozen_comes_back_as_it_was(found, rules):
    for offer in discount(price_together(found), rules).offers:
        thawed = frozen.thaw_parts(frozen.freeze_parts(offer.parts))
        assert [(p.price_fen, p.discounts) for p in thawed] == [
            (p.price_fen, p.discounts) for p in offer.parts
        ]


@settings(max_examples=MANY, deadline=None)
@given(offers(), some_rules, st.randoms(use_true_random=False))
def test_part_by_part_never_more_comes_back_than_was_paid_and_in_the_end_all(found, rules, chance):
    offer = discount(price_together(found), rules).offers[0]
    places = list(range(len(offer.parts)))
    chance.shuffle(places)
    gone: list[int] = []
    returned = 0

    for place in places:
        [fen] = back(
            offer.parts, offer.group_prices, now=[place], before=gone, returned_fen=returned
        )
        gone.append(place)
        returned += fen
        assert fen >= 0
        assert returned <= sum(offer.parts[each].price_fen for each in gone)

    assert returned == offer.price_fen
