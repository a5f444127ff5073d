"""The verbs on Buckets, split by subject."""

from bookings.inventory.operations.awaited import (
    await_units,
    lock,
    mark_served,
    move,
    open_kept,
    stop_awaiting,
)
from bookings.inventory.operations.counts import (
    BelowTaken,
    BucketSpec,
    Shortage,
    give_back,
    reshape,
    shape,
    swap,
    take,
)

__all__ = (
    "BelowTaken",
    "BucketSpec",
    "Shortage",
    "await_units",
    "give_back",
    "lock",
    "mark_served",
    "move",
    "open_kept",
    "reshape",
    "shape",
    "stop_awaiting",
    "swap",
    "take",
)
