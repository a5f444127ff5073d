"""What only goes along makes no group larger and is not made cheaper by one."""

from __future__ import annotations

from bookings.contracts import GroupPrice
from bookings.pricing.groups import best

GROUP = GroupPrice(code="g", title={}, least=3, permille=900)


def test_luggage_and_laps_make_no_group():
    shares = best([("adult", 1_000)] * 2 + [("~lap", 0), ("~luggage", 500)], [GROUP])

    assert [share.price_fen for share in shares] == [1_000, 1_000, 0, 500]


def test_in_a_group_they_keep_their_price():
    shares = best([("adult", 1_000)] * 3 + [("~luggage", 500)], [GROUP])

    assert [(share.price_fen, share.code) for share in shares] == [
        (900, "g"), (900, "g"), (900, "g"), (500, ""),
    ]  # fmt: skip
