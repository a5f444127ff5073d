"""What every phase of a bench shares: the region, its things, the people, and the clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice
from random import Random
from typing import Any

from bench import orders
from bench.people import Buyer
from bench.site import Running
from kernel.places.models import Region

MIXED_THINGS, CART = 100, 3
_STRIDE = MIXED_THINGS // CART
_SHIFT = 11
"""Carts of the same person in following runs share nothing: one document holds a time once."""


@dataclass
class Stage:
    """A loaded region with people who are signed in. Things are handed out once, unless shared."""

    region: Region
    buyers: Sequence[Buyer]
    things: Sequence[orders.Thing]
    options: dict[str, Any]
    tell: Callable[[str], None]
    took_s: dict[str, float] = field(default_factory=dict)
    used: int = MIXED_THINGS

    def fresh(self) -> orders.Thing:
        """A thing of which nobody has bought yet."""
        self.used += 1
        return self.things[self.used - 1]

    @contextmanager
    def phase(self, name: str, words: str) -> Iterator[None]:
        """Say what happens, and note how long it took."""
        self.tell(words)
        began = time.monotonic()
        yield
        self.took_s[name] = round(self.took_s.get(name, 0) + time.monotonic() - began, 1)

    def hot(self, running: Running, *, people: int | None = None) -> list[bytes]:
        """Everybody, or so many, want the same thing, a fresh one."""
        thing = self.fresh()
        return [self.request(running, buyer, [thing]) for buyer in self.buyers[:people]]

    def mixed(self, running: Running, *, run: int) -> list[bytes]:
        """Everybody wants three different things of a hundred."""
        chance = Random(1)  # noqa: S311 - the same carts in every run
        requests = []
        for buyer in self.buyers:
            first = chance.randrange(MIXED_THINGS) + _SHIFT * run
            spots = islice(cycle(range(MIXED_THINGS)), first, first + CART * _STRIDE, _STRIDE)
            cart = [self.things[spot] for spot in spots]
            requests.append(self.request(running, buyer, cart))
        return requests

    def request(self, running: Running, buyer: Buyer, cart: Sequence[orders.Thing]) -> bytes:
        """The post by which a person buys a cart."""
        return orders.request(self.region, running.address, buyer, cart)
