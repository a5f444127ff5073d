"""What a device sends, read strictly: a value that cannot be is refused with the field it stands in."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from kernel.errors import BadInput
from transport.telematics.operations import AHEAD, Told

_Latitude = Annotated[float, Meta(ge=-90, le=90)]
_Longitude = Annotated[float, Meta(ge=-180, le=180)]
_Speed = Annotated[float, Meta(ge=0, le=100)]
_Course = Annotated[float, Meta(ge=0, lt=360)]
_Millis = Annotated[int, Meta(ge=0, lt=2**42)]
_PATH = re.compile(r"at `\$\.?(?P<field>[^`]*)`")


class Enrolment(msgspec.Struct, forbid_unknown_fields=True):
    """The code that the desk gave, and the key that the device made (base64url of 65 bytes)."""

    code: Annotated[str, Meta(max_length=20)]
    public_key: Annotated[str, Meta(max_length=100)]


class Place(msgspec.Struct, forbid_unknown_fields=True):
    """A position: milliseconds since 1970 by the satellites' time, WGS-84 degrees, m/s, degrees."""

    at_ms: _Millis
    lat: _Latitude
    lon: _Longitude
    speed: _Speed | None = None
    course: _Course | None = None


class Batch(msgspec.Struct, forbid_unknown_fields=True):
    """At least one position, at most two hundred."""

    positions: Annotated[list[Place], Meta(min_length=1, max_length=200)]


class ClockWrong(BadInput):
    """A position of the future: the device's clock is wrong. ``now_ms`` is the time."""

    code = "clock_wrong"


class NoFix(BadInput):
    """Latitude and longitude are both 0: what receivers say while they do not know."""

    code = "no_fix"


def read(body: bytes, kind: type[Any]) -> Any:
    """:raises BadInput: not such a document; ``field`` says which value, where one is wrong."""
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        found = _PATH.search(str(error))
        raise BadInput(field=found["field"] if found else None) from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise BadInput from None


def told(batch: Batch, *, at: datetime) -> list[Told]:
    """:raises ClockWrong: a position of the future. :raises NoFix: a receiver that does not know."""
    latest = int((at + AHEAD).timestamp() * 1000)
    for number, place in enumerate(batch.positions):
        if place.at_ms > latest:
            now_ms = int(at.timestamp() * 1000)
            raise ClockWrong(field=f"positions[{number}].at_ms", now_ms=now_ms)
        if not place.lat and not place.lon:
            raise NoFix(field=f"positions[{number}].lat")
    return [_told(place) for place in batch.positions]


def _told(place: Place) -> Told:
    moment = datetime.fromtimestamp(place.at_ms / 1000, UTC)
    return Told(moment, place.lat, place.lon, place.speed, place.course)
