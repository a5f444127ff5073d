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
    release,
    release_due,
    resize,
    set_aside,
)
from bookings.inventory.operations.series import Series, shape_series

__all__ = (
    "BelowTaken",
    "BucketSpec",
    "Division",
    "Series",
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
    "release",
    "release_due",
    "reshape",
    "resize",
    "set_aside",
    "shape",
    "shape_limits",
    "shape_series",
    "stop_awaiting",
    "swap",
    "take",
)
