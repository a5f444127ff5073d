"""Small feeds as files: a good one, and what a test changes about it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import pytest

from transport.feeds import gtfs

STOP_TIMES = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
CALENDAR = (
    "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
)
Changes = Mapping[str, str | bytes | None]
GOOD: dict[str, str] = {
    "agency.txt": (
        "agency_id,agency_name,agency_url,agency_timezone\n"
        "QY,黄山全域旅游交通,https://bus.example/,Asia/Shanghai\n"
    ),
    "stops.txt": (
        "stop_id,stop_name,stop_lat,stop_lon\n"
        "north,黄山北站,29.81834,118.26734\n"
        "town,汤口,30.0843,118.1822\n"
        "gate,慈光阁,30.1020,118.1610\n"
    ),
    "routes.txt": "route_id,agency_id,route_short_name,route_type\nT1,QY,T1,3\n",
    "trips.txt": "route_id,service_id,trip_id\nT1,DAILY,T1-1\n",
    "stop_times.txt": (
        STOP_TIMES
        + "T1-1,08:00:00,08:00:00,north,1\n"
        + "T1-1,09:10:00,09:15:00,town,2\n"
        + "T1-1,09:40:00,09:40:00,gate,3\n"
    ),
    "calendar.txt": CALENDAR + "DAILY,1,1,1,1,1,1,1,20260101,20271231\n",
}


def zipped(changes: Changes | None = None) -> io.BytesIO:
    """The good feed with some files changed, added, or (None) left out."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in {**GOOD, **(changes or {})}.items():
            if content is not None:
                archive.writestr(name, content)
    target.seek(0)
    return target


def read(changes: Changes | None = None) -> gtfs.Feed:
    return gtfs.read(zipped(changes)).feed


def written(feed: gtfs.Feed) -> bytes:
    target = io.BytesIO()
    gtfs.write(feed, target)
    return target.getvalue()


def texts(content: bytes) -> dict[str, str]:
    """The files of a zip."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def faults(changes: Changes, limits: gtfs.Limits | None = None) -> list[str]:
    """What is wrong with the good feed once it is changed."""
    with pytest.raises(gtfs.BadFeed) as refused:
        gtfs.read(zipped(changes), limits or gtfs.Limits())
    return [str(fault) for fault in refused.value.report.faults]


def stops(*rows: str) -> Changes:
    """The good stops and more of them."""
    return {"stops.txt": GOOD["stops.txt"] + "".join(f"{row}\n" for row in rows)}


def times(*rows: str) -> Changes:
    """Other stop times."""
    return {"stop_times.txt": STOP_TIMES + "".join(f"{row}\n" for row in rows)}


def table(name: str, text: str, **more: str) -> Changes:
    """Other tables, by their names without .txt."""
    return {f"{name}.txt": text, **{f"{other}.txt": content for other, content in more.items()}}
