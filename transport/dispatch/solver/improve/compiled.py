"""The decorators of compiled functions: machine code, kept on disk, without the interpreter lock.

Numba has no types for a type checker; behind these decorators a function keeps those it declares.
Nothing compiled allocates an array, so reference counting (``_nrt``) is off: passing thirty arrays to
a function otherwise costs more than the function (measured: fifteen times as many steps a second).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

from transport.dispatch.solver import machine_code  # noqa: F401 - says where it is kept

F = TypeVar("F", bound=Callable[..., object])

_njit: Any = numba.njit


def compiled(function: F) -> F:
    """Compiled at its first call, read from the cache in later processes."""
    made = _njit(cache=True, nogil=True, error_model="numpy", _nrt=False)(function)
    return cast("F", made)


def inlined(function: F) -> F:
    """As ``compiled``, and pasted into its callers: for what runs a hundred million times."""
    made = _njit(cache=True, nogil=True, error_model="numpy", _nrt=False, inline="always")(function)
    return cast("F", made)
