"""Random numbers of a search: xorshift64*, whose whole state is one word, so a seed is a plan.

Vigna 2016, An experimental exploration of Marsaglia's xorshift generators, scrambled.
"""

from __future__ import annotations

import numpy as np

from transport.dispatch.solver.improve.compiled import compiled
from transport.dispatch.solver.improve.net import Words

_MULTIPLIER = np.uint64(0x2545F4914F6CDD1D)
_TWO_POWER_MINUS_53 = 1.0 / 9007199254740992.0


def seeded(seed: int) -> Words:
    """The state for a seed: any whole number; neighbours give unlike sequences."""
    mask = (1 << 64) - 1
    word = (seed + 0x9E3779B97F4A7C15) & mask
    word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & mask
    word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & mask
    word ^= word >> 31
    return np.array([word or 1], dtype=np.uint64)


@compiled
def share(state: Words) -> float:
    """A number from 0 up to, but not, 1."""
    word = state[0]
    word ^= word >> np.uint64(12)
    word ^= word << np.uint64(25)
    word ^= word >> np.uint64(27)
    state[0] = word
    return float((word * _MULTIPLIER) >> np.uint64(11)) * _TWO_POWER_MINUS_53


@compiled
def below(state: Words, bound: int) -> int:
    """A whole number from 0 up to, but not, ``bound``."""
    return int(share(state) * bound)
