"""The verbs on Buckets, split by subject."""

from bookings.inventory.operations.awaited import (
    await_units,
    gather,
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
    grow,
    reshape,
    shape,
    shape_limits,
    swap,
    take,
)
from bookings.inventory.operations.quotas import (
    Division,
    Share,
    divide,
    prolong,
    release_due,
    resize,
)

__all__ = (
    "BelowTaken",
    "BucketSpec",
    "Division",
    "Share",
    "Shortage",
    "await_units",
    "divide",
    "gather",
    "give_back",
    "grow",
    "lock",
    "mark_served",
    "move",
    "open_kept",
    "prolong",
    "release_due",
    "reshape",
    "resize",
    "shape",
    "shape_limits",
    "stop_awaiting",
    "swap",
    "take",
)
