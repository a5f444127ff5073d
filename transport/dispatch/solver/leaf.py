"""The decorator of compiled functions that allocate nothing: called without counting references.

A problem's arrays are some forty; counting references to all of them at every call takes longer than
what most of these functions do. Such a function may write to arrays it is given, and may return
numbers; it must make no array and return none, not even a view, to a function that is no leaf.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

from transport.dispatch.solver import machine_code  # noqa: F401 - says where it is kept

F = TypeVar("F", bound=Callable[..., object])


def leaf(function: F) -> F:
    """Compiled at its first call, read from the cache in later processes."""
    # numba's own switch, which its types do not know.
    switch: dict[str, Any] = {"cache": True, "_nrt": False}
    return cast("F", numba.njit(**switch)(function))
