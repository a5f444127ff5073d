"""The three messages of a region, remembered for some seconds: many ask, and often."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from google.protobuf.json_format import MessageToDict

from kernel.memo import Memo
from kernel.places.models import Region
from transport.feeds.exporting import Ids, NoTimetable, ids_of
from transport.feeds.realtime import alerts, updates, vehicles
from transport.feeds.realtime.telling import Telling

KEPT_S = 5
IDS_KEPT_S = 60

TELL: Mapping[str, Callable[[Telling], None]] = {
    "vehicle-positions": vehicles.tell,
    "trip-updates": updates.tell,
    "alerts": alerts.tell,
}
"""What can be asked for."""

_NOTHING = Ids({}, {}, {}, {})


@dataclass(frozen=True, slots=True)
class Written:
    """A message as programs read it, and as people do; when, and a tag of what it says."""

    protobuf: bytes
    readable: bytes
    at: datetime
    tag: str


_ids: Memo[tuple[int, str], Ids] = Memo(seconds=IDS_KEPT_S)
_written: Memo[tuple[int, str, str], Written] = Memo(seconds=KEPT_S)


def write(kind: str, *, region: Region, feed: str, at: datetime) -> Written:
    """A message of a region (a key of ``TELL``), at most ten seconds old. Without a timetable it is empty.

    The number of statements does not depend on how many runs or vehicles there are.
    """
    key = (region.pk, feed, kind)
    return _written.get(key, lambda _key: _write(kind, region, feed, at))


def _write(kind: str, region: Region, feed: str, at: datetime) -> Written:
    ids = _ids.get((region.pk, feed), lambda _key: _read_ids(region, feed, at))
    telling = Telling(region, ids, at)
    if ids.trips:
        TELL[kind](telling)
    body = telling.message.SerializeToString(deterministic=True)
    shown = MessageToDict(telling.message, preserving_proto_field_name=True)
    readable = json.dumps(shown, ensure_ascii=False, indent=1).encode()
    return Written(body, readable, at, hashlib.sha256(body).hexdigest()[:20])


def _read_ids(region: Region, feed: str, at: datetime) -> Ids:
    try:
        return ids_of(region=region, slug=feed, at=at)
    except NoTimetable:
        return _NOTHING
