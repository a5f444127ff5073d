"""Feeds of all shapes that hold, for laws that must be true of every one of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from transport.feeds.gtfs import kinds
from transport.feeds.gtfs.feed import Feed, tables
from transport.feeds.gtfs.rows.base import Column, Row

ZONES = ("Asia/Shanghai", "Asia/Urumqi", "America/St_Johns", "Pacific/Chatham", "UTC")
DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
# What people write into names: any script, quotes, commas, line ends; nothing that is refused.
LETTERS = st.characters(
    codec="utf-8",
    exclude_categories=("Cc", "Cs"),
    exclude_characters="\ufffd",
    include_characters="\n\r\t",
)


def _is_told_as_it_is(text: str) -> bool:
    return bool(text) and text == text.strip()


TEXT = st.one_of(
    st.sampled_from(("黄山北站", 'say "hi"', "a,b", "1", "00", "=1+1", "'", '"', "two\r\nlines")),
    st.text(LETTERS, min_size=1, max_size=12).filter(_is_told_as_it_is),
)
URLS = st.sampled_from(("https://bus.example/", 'http://例子.example/黄山?a=1,2&b="x"'))


def _code(kind: Any) -> st.SearchStrategy[str]:
    return st.sampled_from([code for code in ("0039a6", "CNY") if kind.shape.fullmatch(code)])


def _float(kind: Any) -> st.SearchStrategy[float]:
    least, most = (None if math.isinf(bound) else bound for bound in (kind.least, kind.most))
    return st.floats(least, most, allow_nan=False, allow_infinity=False)


# By kind, the narrower first: some are kinds of others.
_CELLS: tuple[tuple[type[kinds.Kind], Callable[[Any], st.SearchStrategy[Any]]], ...] = (
    (kinds.NonZeroKind, lambda kind: st.integers(1, kind.most) | st.integers(kind.least, -1)),
    (kinds.ChoiceKind, lambda kind: st.sampled_from(tuple(kind.choices))),
    (kinds.WholeKind, lambda kind: st.integers(kind.least, kind.most)),
    (kinds.FloatKind, _float),
    (kinds.MoneyKind, lambda kind: st.decimals(max(kind.least, -(10**9)), 10**9, places=2)),
    (kinds.TimeKind, lambda _kind: st.integers(0, 999 * 3600 + 3599)),
    (kinds.DayKind, lambda _kind: DAYS),
    (kinds.ZoneKind, lambda _kind: st.sampled_from(ZONES)),
    (kinds.CodeKind, _code),
    (kinds.UrlKind, lambda _kind: URLS),
    (kinds.TextKind, lambda _kind: TEXT),
)


def cells(kind: kinds.Kind) -> st.SearchStrategy[Any]:
    """Values that a kind of cell may have."""
    return next(make(kind) for known, make in _CELLS if isinstance(kind, known))


class Maker:
    """Draws rows of a feed. What is given is so; what is not is any value or, if it may, none."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.feed = Feed()

    def add(self, table: str, **given: Any) -> Row:
        row = tables()[table].row
        values = {
            column.name: given[column.name] if column.name in given else self._any(column)
            for column in tables()[table].columns
        }
        extra = self.draw(
            st.none() | st.dictionaries(st.sampled_from(("备注", "x y")), TEXT, min_size=1)
        )
        self.feed.rows(table).append(row(**values, extra=extra))
        return self.feed.rows(table)[-1]

    def some(self, most: int) -> range:
        return range(self.draw(st.integers(0, most)))

    def names(self, least: int, most: int) -> list[str]:
        return self.draw(st.lists(TEXT, min_size=least, max_size=most, unique=True))

    def one_of(self, names: Sequence[Any]) -> Any:
        return self.draw(st.sampled_from(names))

    def perhaps(self, names: Sequence[Any]) -> Any:
        return self.draw(st.none() | st.sampled_from(names)) if names else None

    def _any(self, column: Column) -> Any:
        if isinstance(column.kind, kinds.RefKind):
            assert not column.required, f"{column.name} must be given"
            return None
        values = cells(column.kind)
        return self.draw(values if column.required else st.none() | values)


@st.composite
def feeds(draw: Any) -> Feed:
    """A feed that the checks accept, with rows in most of its tables."""
    make = Maker(draw)
    _add_agencies_and_routes(make)
    _add_stops(make)
    _add_services(make)
    _add_trips(make)
    _add_fares(make)
    _add_about(make)
    make.feed.others = draw(
        st.dictionaries(st.sampled_from(("vehicles.txt", "注.txt")), st.binary(max_size=40))
    )
    return make.feed


def _add_agencies_and_routes(make: Maker) -> None:
    agencies = make.names(1, 3)
    for name in agencies:
        make.add("agency", agency_id=name)
    for name in make.names(1, 3):
        make.add(
            "routes",
            route_id=name,
            agency_id=make.one_of(agencies),
            route_short_name=make.draw(TEXT),
            continuous_pickup=None,
            continuous_drop_off=None,
            network_id=None,
        )


def _add_stops(make: Maker) -> None:
    latitudes, longitudes = st.floats(2, 88), st.floats(-180, 180)
    names = make.names(3, 7)
    for level in make.names(0, 2):
        make.add("levels", level_id=level)
    levels = [level.level_id for level in make.feed.levels]
    for place, name in enumerate(names):
        is_station = place == 0
        parent = None if is_station else make.perhaps(names[:1])
        access = make.perhaps((0, 1)) if parent else None
        make.add(
            "stops",
            stop_id=name,
            stop_name=make.draw(TEXT),
            stop_lat=make.draw(latitudes),
            stop_lon=make.draw(longitudes),
            location_type=1 if is_station else make.perhaps((0,)),
            parent_station=parent,
            level_id=make.perhaps(levels),
            stop_access=access,
        )
    for name in make.names(0, 2):
        ends = {"from_stop_id": make.one_of(names[1:]), "to_stop_id": make.one_of(names[1:])}
        make.add("pathways", pathway_id=name, pathway_mode=make.one_of(range(1, 7)), **ends)


def _add_services(make: Maker) -> None:
    start = make.draw(DAYS)
    names = make.names(1, 3)
    for name in names:
        end = start + timedelta(days=make.draw(st.integers(0, 400)))
        if make.draw(st.booleans()):
            make.add("calendar", service_id=name, start_date=start, end_date=end)
        make.add("calendar_dates", service_id=name, date=end + timedelta(days=1), exception_type=1)


def _add_trips(make: Maker) -> None:
    feed = make.feed
    for name in make.names(0, 2):
        for sequence in sorted(make.draw(st.sets(st.integers(0, 10**6), min_size=2, max_size=4))):
            place = {"shape_pt_lat": 30.0, "shape_pt_lon": make.draw(st.floats(-180, 180))}
            far = make.draw(st.none() | st.just(sequence / 7))
            make.add(
                "shapes",
                shape_id=name,
                shape_pt_sequence=sequence,
                shape_dist_traveled=far,
                **place,
            )
    for name in make.names(1, 4):
        make.add(
            "trips",
            trip_id=name,
            route_id=make.one_of([route.route_id for route in feed.routes]),
            service_id=make.one_of([row.service_id for row in feed.calendar_dates]),
            shape_id=make.perhaps([point.shape_id for point in feed.shapes]),
        )
        _add_stop_times(make, name)
        if make.draw(st.booleans()):
            make.add("frequencies", trip_id=name, start_time=3600, end_time=90_000)


def _add_stop_times(make: Maker, trip: str) -> None:
    stops = [stop.stop_id for stop in make.feed.stops[1:]]
    sequences = sorted(make.draw(st.sets(st.integers(0, 2**31 - 1), min_size=2, max_size=5)))
    seconds, far = make.draw(st.integers(0, 100_000)), 0.0
    for place, sequence in enumerate(sequences):
        seconds += make.draw(st.integers(0, 5000))
        far += make.draw(st.floats(0.001, 50))
        is_timed = place in (0, len(sequences) - 1) or make.draw(st.booleans())
        wait = make.draw(st.integers(0, 600))
        make.add(
            "stop_times",
            trip_id=trip,
            stop_sequence=sequence,
            stop_id=make.one_of(stops),
            arrival_time=seconds if is_timed else None,
            departure_time=seconds + wait if is_timed else None,
            timepoint=make.perhaps((0, 1)) if is_timed else None,
            shape_dist_traveled=make.draw(st.none() | st.just(far)),
            location_id=None,
            start_pickup_drop_off_window=None,
            end_pickup_drop_off_window=None,
        )
        seconds += wait


def _add_fares(make: Maker) -> None:
    feed = make.feed
    agencies = [agency.agency_id for agency in feed.agency]
    routes = [route.route_id for route in feed.routes]
    stops = [stop.stop_id for stop in feed.stops]
    for name in make.names(0, 2):
        make.add("fare_attributes", fare_id=name, agency_id=make.one_of(agencies))
        make.add("fare_rules", fare_id=name, route_id=make.perhaps(routes))
    for name in make.names(0, 2):
        make.add("areas", area_id=name)
        make.add("stop_areas", area_id=name, stop_id=make.one_of(stops))
    for name in make.names(0, 2):
        make.add("rider_categories", rider_category_id=name, is_default_fare_category=None)
    for name in make.names(0, 2):
        make.add("fare_media", fare_media_id=name)
    for name in make.names(0, 2):
        make.add(
            "fare_products",
            fare_product_id=name,
            rider_category_id=make.perhaps(
                [row.rider_category_id for row in feed.rider_categories]
            ),
            fare_media_id=make.perhaps([row.fare_media_id for row in feed.fare_media]),
        )
        area = make.perhaps([row.area_id for row in feed.areas])
        make.add("fare_leg_rules", fare_product_id=name, from_area_id=area, to_area_id=area)
    for name in make.names(0, 1):
        make.add("networks", network_id=name)
        make.add("route_networks", network_id=name, route_id=make.one_of(routes))


def _add_about(make: Maker) -> None:
    stops = [stop.stop_id for stop in make.feed.stops]
    for _ in make.some(1):
        make.add("feed_info", feed_start_date=None)
    for language in make.draw(st.sets(st.sampled_from(("en", "ja", "zh-Hant")))):
        given = make.one_of(({"field_value": make.draw(TEXT)}, {"record_id": make.one_of(stops)}))
        row = {"record_id": None, "record_sub_id": None, "field_value": None, **given}
        make.add("translations", table_name="stops", language=language, **row)
    for name in make.names(0, 2):
        make.add("attributions", attribution_id=name, agency_id=None)
    first = make.one_of(stops)
    for second in make.draw(st.sets(st.sampled_from(stops), max_size=2)):
        kind = make.perhaps(range(4))
        make.add("transfers", from_stop_id=first, to_stop_id=second, transfer_type=kind)
    for name in make.names(0, 2):
        if name not in stops:
            make.add("location_groups", location_group_id=name)
            stop = make.one_of(stops)
            make.add("location_group_stops", location_group_id=name, stop_id=stop)
