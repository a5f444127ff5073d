"""The best combination of campaigns: carts of twelve lines, eight offers, no two alike."""

from __future__ import annotations

import time
from random import Random
from typing import Any

from bookings.campaigns.rules import Effect, Item, Rule, Scope, Tier, best

CARTS, LINES, OFFERS = 2000, 12, 8
_KINDS = ("first", "second", "third")


def figures() -> dict[str, Any]:
    """Milliseconds to find what saves most, to p99 and at the worst; two or three people a line."""
    chance = Random(1)  # noqa: S311 - the same carts in every run
    times = []
    for _cart in range(CARTS):
        items, rules = _items(chance), _rules(chance)
        began = time.perf_counter()
        best(items, rules)
        times.append((time.perf_counter() - began) * 1000)
    times.sort()
    return {
        "combine_p50_ms": round(times[CARTS // 2], 3),
        "combine_p99_ms": round(times[CARTS * 99 // 100], 3),
        "combine_max_ms": round(times[-1], 3),
        "combine_carts": CARTS,
    }


def _items(chance: Random) -> list[Item]:
    return [
        Item(chance.choice(_KINDS), f"{line}:a", chance.randint(1, 5), fen)
        for line in range(LINES)
        for fen in [chance.randint(500, 40_000)] * chance.randint(2, 3)
    ]


def _rules(chance: Random) -> list[Rule]:
    """As hard as it gets: all of them may stand together, in any order of steps."""
    return [
        Rule(
            code=f"r{number}",
            title={"en": "Offer"},
            effect=chance.choice([*Effect]),
            amount_fen=chance.randint(500, 20_000),
            permille=chance.randint(20, 300),
            tiers=(Tier(3, 1), Tier(8, 3)),
            threshold_fen=chance.choice((0, 50_000, 200_000)),
            scope=Scope(kinds=frozenset(chance.sample(_KINDS, chance.randint(0, 2)))),
            step=chance.randint(0, 3),
        )
        for number in range(OFFERS)
    ]
