"""The inside of stations: ways between their entrances, nodes and platforms, and levels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from transport.feeds.gtfs.kinds import (
    ChoiceKind,
    FloatKind,
    Id,
    Length,
    NonZero,
    Number,
    Positive,
    StopRef,
    Text,
    YesNo,
)
from transport.feeds.gtfs.rows.base import Row


@dataclass(slots=True)
class Pathway(Row):
    """length and min_width in metres, traversal_time in seconds."""

    KEY = ("pathway_id",)

    pathway_id: Id
    from_stop_id: StopRef
    to_stop_id: StopRef
    pathway_mode: Annotated[int, ChoiceKind(choices=range(1, 8), kept=True)]
    is_bidirectional: YesNo
    length: Length | None = None
    traversal_time: Positive | None = None
    stair_count: NonZero | None = None
    max_slope: Number | None = None
    min_width: Annotated[float, FloatKind(least=1e-9)] | None = None
    signposted_as: Text | None = None
    reversed_signposted_as: Text | None = None


@dataclass(slots=True)
class Level(Row):
    KEY = ("level_id",)

    level_id: Id
    level_index: Number
    level_name: Text | None = None
