"""A made-up city's GTFS feed: a grid of roads with city buses, and coaches out to the sights.

Everything follows from the number of stop times asked for: crossings named after two roads, lines
that run out along one road and on along another, trips that are slower at busy hours, working days,
Saturdays, Sundays and holidays. City buses have no fares in the feed, so that they are paid on
board; coaches have a fare from each zone to each other, so that their seats are sold by segment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import cycle, islice
from random import Random

from transport.feeds import gtfs
from transport.feeds.gtfs.rows.about import FeedInfo, Translation
from transport.feeds.gtfs.rows.fares import FareAttribute, FareRule
from transport.feeds.gtfs.rows.service import (
    Agency,
    Calendar,
    CalendarDate,
    Route,
    Stop,
    StopTime,
    Trip,
)

ZONE = "Asia/Shanghai"
CITY, COACH = "city", "coach"
CITY_LINES, COACH_LINES = 30, 16
_ROADS = (
    ("迎宾", "Yingbin"), ("新安", "Xin'an"), ("黄山", "Huangshan"), ("率水", "Shuaishui"),
    ("横江", "Hengjiang"), ("长干", "Changgan"), ("前园", "Qianyuan"), ("仙人洞", "Xianrendong"),
    ("天都", "Tiandu"), ("安东", "Andong"), ("齐云", "Qiyun"), ("阳湖", "Yanghu"),
    ("花山", "Huashan"), ("屯光", "Tunguang"), ("佩琅", "Peilang"), ("徽州", "Huizhou"),
    ("滨江", "Binjiang"), ("机场", "Jichang"), ("百鸟亭", "Bainiaoting"), ("昱城", "Yucheng"),
    ("跃进", "Yuejin"), ("荷花池", "Hehuachi"), ("延安", "Yan'an"), ("柏树", "Baishu"),
    ("龙山", "Longshan"), ("梅林", "Meilin"), ("栖霞", "Qixia"), ("长青", "Changqing"),
    ("翰林", "Hanlin"), ("文峰", "Wenfeng"),
)  # fmt: skip
_SIDE = len(_ROADS)
_NORTH_WEST = (29.80, 118.20)
_BLOCK = 0.0045
_COACH_STOPS = 9
_SECONDS_A_STOP, _COACH_SECONDS = 95, 780
_BUSY = ((7, 9, 1.35), (11, 14, 1.1), (17, 19, 1.4))
"""Hours in which everything takes so many times as long."""
_WEEK = {"work": (1, 1, 1, 1, 1, 0, 0), "sat": (0, 0, 0, 0, 0, 1, 0), "sun": (0, 0, 0, 0, 0, 0, 1)}
_FEN_A_ZONE = 350
_FIRST_S, _EVERY_S = 5 * 3600 + 40 * 60, 50 * 60


@dataclass(frozen=True, slots=True)
class _Line:
    """One line: whose, its number, the stops from end to end."""

    agency: str
    name: str
    stops: tuple[str, ...]


def make(*, stop_times: int, first: date, days: int = 120) -> gtfs.Feed:
    """A feed with at least so many stop times, less than one trip more, good from ``first`` on."""
    feed, lines = gtfs.Feed(), [*_city_lines(), *_coach_lines()]
    feed.agency = [
        Agency("城市公交", "https://city.example/", ZONE, CITY, "zh-Hans"),
        Agency("旅游客运", "https://coach.example/", ZONE, COACH, "zh-Hans"),
    ]
    last = first + timedelta(days=days - 1)
    feed.feed_info = [
        FeedInfo("市交通局", "https://transit.example/", "zh-Hans", None, first, last)
    ]
    _add_stops(feed)
    _add_fares(feed)
    feed.routes = [
        Route(line.name, 3, line.agency, line.name, _title(feed, line)) for line in lines
    ]
    _add_days(feed, first, last)
    _add_trips(feed, lines, stop_times)
    return feed


def _city_lines() -> Iterator[_Line]:
    """Each goes along one road, turns, and goes on along a second one."""
    dice = Random(23)  # noqa: S311 - the same city every time
    for number in range(CITY_LINES):
        row, column = number % _SIDE, dice.randrange(8, _SIDE - 8)
        begin, end = dice.randrange(0, column - 5), dice.randrange(row // 2, _SIDE)
        along = [(row, at) for at in range(begin, column + 1)]
        step = 1 if end >= row else -1
        on = [(at, column) for at in range(row + step, end + step, step)]
        stops = (
            (*along, *on)
            if len(on) > 3
            else (*along, *((row, at) for at in range(column + 1, _SIDE)))
        )
        yield _Line(CITY, f"C{number + 1:02d}", tuple(_stop_id(*each) for each in stops))


def _coach_lines() -> Iterator[_Line]:
    """Each begins at a station of its own in town and ends at a sight far outside."""
    for number in range(COACH_LINES):
        yield _Line(
            COACH,
            f"T{number + 1:02d}",
            tuple(f"coach-{number}-{place}" for place in range(_COACH_STOPS)),
        )


def _stop_id(row: int, column: int) -> str:
    return f"x{row:02d}-{column:02d}"


def _title(feed: gtfs.Feed, line: _Line) -> str:
    names = {stop.stop_id: stop.stop_name for stop in feed.stops}
    return f"{names[line.stops[0]]}—{names[line.stops[-1]]}"


def _add_stops(feed: gtfs.Feed) -> None:
    north, west = _NORTH_WEST
    for row, (zh, en) in enumerate(_ROADS):
        for column, (zh_2, en_2) in enumerate(_ROADS):
            point = (north + row * _BLOCK, west + column * _BLOCK)
            _add_stop(
                feed, _stop_id(row, column), f"{zh}路{zh_2}街", f"{en} Road {en_2} Street", point
            )
    for line in range(COACH_LINES):
        for place in range(_COACH_STOPS):
            zh, en = _ROADS[line]
            point = (north - 0.05 * (place + 1), west + 0.02 * line + 0.003 * place)
            _add_stop(
                feed, f"coach-{line}-{place}", f"{zh}线{place + 1}号站", f"{en} line, stop {place + 1}",
                point, zone=f"z{place}",
            )  # fmt: skip


def _add_stop(
    feed: gtfs.Feed,
    name: str,
    zh: str,
    en: str,
    point: tuple[float, float],
    zone: str | None = None,
) -> None:
    feed.stops.append(
        Stop(name, None, zh, None, None, round(point[0], 6), round(point[1], 6), zone)
    )
    feed.translations.append(Translation("stops", "stop_name", "en", en, name))


def _add_fares(feed: gtfs.Feed) -> None:
    """So much a zone, whichever way."""
    for zones in range(1, _COACH_STOPS):
        price = Decimal(_FEN_A_ZONE * zones) / 100
        feed.fare_attributes.append(FareAttribute(f"f{zones}", price, "CNY", 1, None, COACH))
        for begin in range(_COACH_STOPS - zones):
            ends = f"z{begin}", f"z{begin + zones}"
            feed.fare_rules += [
                FareRule(f"f{zones}", None, *ends),
                FareRule(f"f{zones}", None, *reversed(ends)),
            ]


def _add_days(feed: gtfs.Feed, first: date, last: date) -> None:
    """Every thirtieth day is a holiday: the timetable of Sundays holds."""
    feed.calendar = [Calendar(name, *week, first, last) for name, week in _WEEK.items()]
    for day in islice(_days(first, last), 29, None, 30):
        usual = next(name for name, week in _WEEK.items() if week[day.weekday()])
        if usual != "sun":
            feed.calendar_dates += [CalendarDate(usual, day, 2), CalendarDate("sun", day, 1)]


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _add_trips(feed: gtfs.Feed, lines: list[_Line], wanted: int) -> None:
    """Each line in turn gets one more departure each way, by the day's service, until there are enough."""
    for number, (line, service) in enumerate(_turns(lines)):
        round_ = number // (len(lines) * len(_WEEK))
        departs_s = _FIRST_S + round_ * _EVERY_S + number % 13 * 60
        for way in (0, 1):
            if len(feed.stop_times) >= wanted:
                return
            stops = line.stops[::-1] if way else line.stops
            name = f"{line.name}-{service}-{way}-{round_ + 1}"
            feed.trips.append(Trip(line.name, service, name, None, None, way))
            feed.stop_times += _times(name, line, stops, departs_s + way * 420)


def _turns(lines: list[_Line]) -> Iterator[tuple[_Line, str]]:
    return cycle([(line, service) for service in _WEEK for line in lines])


def _times(name: str, line: _Line, stops: tuple[str, ...], departs_s: int) -> Iterator[StopTime]:
    """A city bus waits twenty seconds at each stop, a coach two minutes; slower at busy hours."""
    hour = departs_s // 3600
    busy = next((times for begin, end, times in _BUSY if begin <= hour < end), 1.0)
    step, wait = (_SECONDS_A_STOP, 20) if line.agency == CITY else (_COACH_SECONDS, 120)
    for place, stop in enumerate(stops):
        arrives_s = departs_s + round(place * step * busy)
        leaves_s = arrives_s if place in (0, len(stops) - 1) else arrives_s + wait
        yield StopTime(name, place + 1, arrives_s, leaves_s, stop)
