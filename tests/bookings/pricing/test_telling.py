"""Family and group prices in words."""

from __future__ import annotations

from bookings.contracts import GroupPrice, Part
from bookings.pricing.telling import counted, published, together

FAMILY = GroupPrice("f", {"en": "Family"}, (("adult", 2), ("child", 1)), price_fen=4_000)
NAMES = {"adult": "Adult", "child": "Child"}


def part(key: str, class_code: str, price_fen: int, *, saved_fen: int = 0, code: str = "") -> Part:
    return Part(
        key, {"en": NAMES[class_code]}, price_fen, class_code, saved_fen=saved_fen, group_code=code
    )


def test_what_a_set_costs_instead_of_alone():
    [row] = published([FAMILY], fen_by_class={"adult": 2_000, "child": 1_000}, names=NAMES)

    assert (row.title, row.who) == ("Family", "2\u00a0×\u00a0Adult + 1\u00a0×\u00a0Child")
    assert (row.fen, row.was_fen) == (4_000, 5_000)


def test_a_set_by_thousandths_is_shown_by_its_sum():
    rule = GroupPrice("p", {"en": "Pair"}, (("adult", 2),), permille=900)

    [row] = published([rule], fen_by_class={"adult": 2_000}, names=NAMES)

    assert (row.fen, row.was_fen) == (3_600, 4_000)


def test_what_saves_nothing_or_is_of_no_known_class_is_not_listed():
    rules = [
        FAMILY,
        GroupPrice("g", {"en": "Group"}, least=5, permille=1000),
        GroupPrice("u", {"en": "Unknown"}, (("dog", 2),), price_fen=1),
    ]

    assert published(rules, fen_by_class={"adult": 1_500, "child": 1_000}, names=NAMES) == []


def test_parts_stand_below_the_price_that_they_share():
    parts = [
        part("p1", "adult", 1_600, saved_fen=400, code="f"),
        part("p2", "adult", 2_000),
        part("p3", "adult", 1_600, saved_fen=400, code="f"),
        part("p4", "child", 800, saved_fen=200, code="f"),
    ]

    groups = together(parts, [FAMILY])

    assert [(g.title, [p.key for p in g.parts], g.price_fen, g.saved_fen) for g in groups] == [
        ({"en": "Family"}, ["p1", "p3", "p4"], 4_000, 1_000),
        ({}, ["p2"], 2_000, 0),
    ]


def test_classes_are_counted_in_the_order_in_which_they_come():
    assert counted(["Child", "Adult", "Child"]) == "2\u00a0×\u00a0Child, 1\u00a0×\u00a0Adult"
