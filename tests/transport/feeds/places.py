"""A feed into a region of the tables, and out again."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, BinaryIO

from kernel.places.models import Region
from tests.transport.feeds.gtfs.zips import Changes, written, zipped
from transport.feeds import gtfs
from transport.feeds import operations as feeds
from transport.feeds.exporting import export

AT = datetime(2026, 9, 19, 22, 0, tzinfo=UTC)
"""Six in the morning of 20 September in the valley."""
VALLEY = "valley"


def put(changes: Changes | None = None, **options: Any) -> feeds.Imported:
    """Import the good feed with some files changed."""
    return put_zip(zipped(changes), **options)


def put_zip(
    source: BinaryIO, *, region: str = VALLEY, at: datetime = AT, **options: Any
) -> feeds.Imported:
    return feeds.import_feed(source=source, region_slug=region, actor="test", at=at, **options)


def taken(region: str = VALLEY, *, at: datetime = AT) -> gtfs.Feed:
    """The region's feed, as it is read from the zip that was written."""
    feed = export(region=Region.objects.get(slug=region), slug=feeds.MAIN, at=at)
    try:
        return gtfs.read(io.BytesIO(written(feed))).feed
    except gtfs.BadFeed as bad:
        raise AssertionError("\n".join(map(str, bad.report.faults))) from bad


def texts_by(rows: list[Any], key: str, column: str) -> Mapping[str, Any]:
    return {getattr(row, key): getattr(row, column) for row in rows}
