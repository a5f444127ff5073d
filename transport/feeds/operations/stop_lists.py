"""Lines of which only the stops are known: found on the map and by search, and not booked here.

A list has a row a stop: line, seq, stop_name, lat, lon. It has no times, so that it cannot be a feed
(GTFS asks for the first and the last time of a trip) and makes no trips: nobody is told a time that
nobody knows. "210路(A-B)" and "210路(B-A)" are two ways of the line 210路.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from accounts.organisations import operations as organisations
from accounts.organisations import queries as known_organisations
from kernel.audit import operations as audit
from kernel.places.loading import BadRegionData, Folder, Row, Tally, merge, put_places
from kernel.places.models import Place, Region
from kernel.provenance import Confidence
from transport.feeds.distances import metres_along
from transport.feeds.operations.importing import NotItsOrganisation
from transport.lines.models import Direction, LineKind, Pattern, PatternStop, ShuttleLine

COLUMNS = ("line", "seq", "stop_name", "lat", "lon")
_OTHER = re.compile(r"[^a-z0-9]+")
_WAY = re.compile(r"\s*[(（].*[)）]\s*\Z")
_NAMELESS = ("无站名", "Stop without a name")
_SEATS, _MOST_METRES = 40, 2**31 - 1

Values = dict[str, Any]


def load_stop_list(
    *,
    file: Path,
    region: Region,
    operator: str,
    operator_name: str,
    source: str,
    actor: str,
    at: datetime,
) -> list[Tally]:
    """Bring the lines of a list into a region, for one operator. Again, it changes what has changed.

    :raises BadRegionData: rows do not hold; all of them are named. :raises NotItsOrganisation: the operator
        works in another region. Nothing was changed.
    """
    ways = _ways(_read(file))
    origin = {"source": source, "confidence": Confidence.MEDIUM.value}
    with transaction.atomic(durable=True):
        Region.objects.select_for_update(no_key=True).get(pk=region.pk)
        organisation_id = organisations.found_supplier(
            region_id=region.pk, slug=operator, name_zh=operator_name, name_en=""
        )
        if not known_organisations.of_region(region.pk).filter(pk=organisation_id).exists():
            raise NotItsOrganisation(field="operator", slug=operator)
        places = put_places([_place(row) | origin for row in _distinct(ways)], region=region)
        lines = _put_lines(ways, region, organisation_id, origin)
        patterns = _put_patterns(ways, region)
        audit.record(
            actor=actor,
            action="feeds.load-stop-list",
            subject=f"region:{region.pk}",
            facts={"ways": len(ways)},
            at=at,
        )
    return [places, lines, *patterns]


def _read(file: Path) -> list[Values]:
    folder = Folder(file.parent)
    rows = folder.sheet(file.name, _row, columns=COLUMNS)
    for name, stops in _by_name(rows).items():
        if len(stops) < 2:
            folder.note(
                file=file.name,
                line=stops[0]["row"],
                column="line",
                reason=gettext("“%s” has one stop only") % name[:60],
            )
    if not rows and not folder.problems:
        folder.note(file=file.name, line=0, column="", reason=gettext("is empty"))
    if folder.problems:
        raise BadRegionData(folder.problems)
    return rows


def _row(row: Row) -> Values:
    name, seq = row.text("line", most=100), row.whole("seq", least=1, most=5000)
    row.define("stop of the line", "seq", f"{name}/{seq}")
    return {
        "row": row.line,
        "line": name,
        "seq": seq,
        "name": row.text("stop_name", most=100, blank=True),
        "latitude": float(row.decimal("lat", least=-90, most=90)),
        "longitude": float(row.decimal("lon", least=-180, most=180)),
    }


def _by_name(rows: Sequence[Values]) -> dict[str, list[Values]]:
    found: dict[str, list[Values]] = defaultdict(list)
    for row in rows:
        found[row["line"]].append(row)
    return found


def _ways(rows: Sequence[Values]) -> dict[str, list[Values]]:
    """The stops of every way in order, by its name."""
    return {
        name: sorted(stops, key=lambda stop: stop["seq"]) for name, stops in _by_name(rows).items()
    }


def _distinct(ways: Mapping[str, list[Values]]) -> list[Values]:
    """Each stop once: of one name, at one spot."""
    return list({_stop_slug(stop): stop for stops in ways.values() for stop in stops}.values())


def _place(stop: Values) -> Values:
    name_zh, name_en = (stop["name"], "") if stop["name"] else _NAMELESS
    return {
        "slug": _stop_slug(stop),
        "name_zh": name_zh,
        "name_en": name_en,
        "kind": "stop",
        "latitude": stop["latitude"],
        "longitude": stop["longitude"],
    }


def _put_lines(
    ways: Mapping[str, list[Values]], region: Region, organisation_id: int, origin: Values
) -> Tally:
    longest: dict[str, int] = defaultdict(int)
    for name, stops in ways.items():
        longest[_number(name)] = max(longest[_number(name)], _metres(stops)[-1])
    words = {language: _words(language) for language in ("zh-hans", "en")}
    return merge(
        ShuttleLine.objects.filter(region=region),
        key=("slug",),
        rows=[
            {
                "region_id": region.pk,
                "organisation_id": organisation_id,
                "slug": _line_slug(number),
                "name_zh": number,
                "name_en": "",
                "short_name": number[:60],
                "kind": LineKind.CITY.value,
                "is_bookable": False,
                "seats": _SEATS,
                "ride_min": 0,
                "metres": min(metres, _MOST_METRES),
                "refund_ladder": "0:1000",
                "refund_words_zh": words["zh-hans"],
                "refund_words_en": words["en"],
                **origin,
            }
            for number, metres in longest.items()
        ],
    )


def _put_patterns(ways: Mapping[str, list[Values]], region: Region) -> list[Tally]:
    """A way with other stops is another pattern; those that nothing runs by any more go."""
    lines = dict(ShuttleLine.objects.filter(region=region).values_list("slug", "pk"))
    known = Pattern.objects.filter(line__region=region)
    seen: dict[str, int] = defaultdict(int)
    rows = {}
    for name, stops in ways.items():
        way = Direction.BACK if seen[_number(name)] % 2 else Direction.OUT
        seen[_number(name)] += 1
        line_id = lines[_line_slug(_number(name))]
        rows[line_id, _way_slug(name, stops)] = (way, stops)
    patterns = merge(
        known,
        key=("line_id", "slug"),
        rows=[
            {"line_id": line_id, "slug": slug, "direction": way.value}
            for (line_id, slug), (way, _stops) in rows.items()
        ],
    )
    ids = {(line, slug): pk for line, slug, pk in known.values_list("line_id", "slug", "pk")}
    of_list = known.filter(line__in={line_id for line_id, _slug in rows}, trips=None, runs=None)
    of_list.exclude(pk__in=[ids[key] for key in rows]).delete()
    places = dict(Place.objects.filter(region=region).values_list("slug", "pk"))
    put = merge(
        PatternStop.objects.filter(pattern__in=[ids[key] for key in rows]),
        key=("pattern_id", "seq"),
        rows=[
            {"pattern_id": ids[key], **stop}
            for key, (_way, along) in rows.items()
            for stop in _stops(along, places)
        ],
    )
    return [patterns, put]


def _stops(along: Sequence[Values], places: Mapping[str, int]) -> list[Values]:
    return [
        {
            "seq": seq,
            "place_id": places[_stop_slug(stop)],
            "arrives_s": 0,
            "departs_s": 0,
            "metres": metres,
            "fare_fen": 0,
        }
        for seq, (stop, metres) in enumerate(zip(along, _metres(along), strict=True), 1)
    ]


def _metres(along: Sequence[Values]) -> list[int]:
    points = [(stop["latitude"], stop["longitude"]) for stop in along]
    return metres_along(points, [None] * len(points))


def _number(name: str) -> str:
    """ "210路" of "210路(下沙-城站火车站)"."""
    return _WAY.sub("", name) or name


def _line_slug(number: str) -> str:
    base = _OTHER.sub("-", number.lower()).strip("-")[:40]
    return f"{base}-{_hash(number, 8)}".lstrip("-")


def _stop_slug(stop: Values) -> str:
    return f"stop-{_hash((stop['name'], stop['latitude'], stop['longitude']), 16)}"


def _way_slug(name: str, stops: Sequence[Values]) -> str:
    return _hash((name, [_stop_slug(stop) for stop in stops]), 20)


def _hash(what: object, most: int) -> str:
    return hashlib.sha256(repr(what).encode()).hexdigest()[:most]


def _words(language: str) -> str:
    with translation.override(language):
        return gettext("Pay on board; seats are not booked.")
