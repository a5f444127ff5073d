"""What a ride costs by a feed's fares: by route, zones at its ends, zones on its way."""

from __future__ import annotations

import pytest

from tests.transport.feeds.gtfs.zips import GOOD, read
from transport.feeds.distances import metres_along
from transport.feeds.fares import Fares, currency_of

ATTRIBUTES = "fare_id,price,currency_type,payment_method,transfers,agency_id\n"
RULES = "fare_id,route_id,origin_id,destination_id,contains_id\n"
STOPS = (
    "stop_id,stop_name,stop_lat,stop_lon,zone_id\nnorth,北,29.81834,118.26734,A\n"
    "town,镇,30.0843,118.1822,B\ngate,门,30.1020,118.1610,C\n"
)


def rides(attributes: str, rules: str = "", *, currency: str = "CNY", **more: str):
    files = {
        "stops.txt": STOPS,
        "fare_attributes.txt": ATTRIBUTES + attributes,
        "fare_rules.txt": RULES + rules,
        **{f"{name}.txt": text for name, text in more.items()},
    }
    feed = read(files)
    return Fares(feed, currency).rides(feed.routes[0], ("A", "B", "C"))


@pytest.mark.parametrize(
    ("attributes", "rules", "fen"),
    [
        ("F,5.50,CNY,0,,\n", "", (550,)),
        ("F,5,CNY,0,,QY\n", "F,T1,,,\n", (500,)),
        ("F,5,CNY,0,,\nG,3,CNY,0,,\n", "F,T1,,,\nG,,A,B,\n", (300, 500, 500)),
        ("F,5,CNY,0,,\nG,9,CNY,0,,\n", "F,,,C,\nG,,A,,\n", (900, 500, 500)),
        ("F,2,CNY,0,,\nG,7,CNY,0,,\n", "F,,,,A\nF,,,,B\nG,T1,,,\n", (200, 700, 700)),
    ],
    ids=["everywhere", "by route", "by ends", "by one end", "by zones on the way"],
)
def test_the_cheapest_fare_that_holds_counts(attributes, rules, fen):
    assert rides(attributes, rules) == fen


@pytest.mark.parametrize(
    ("attributes", "rules"),
    [
        ("F,0,CNY,0,,\n", ""),
        ("F,5,EUR,0,,\n", ""),
        ("F,5.125,CNY,0,,\n", ""),
        ("F,5,CNY,0,,\n", "F,,A,B,\n"),
    ],
    ids=["nothing to pay", "another currency", "parts of a fen", "not for every ride"],
)
def test_without_a_fare_for_every_ride_there_is_none(attributes, rules):
    assert rides(attributes, rules) is None


def test_one_agency_may_be_left_out_on_either_side():
    route = "route_id,route_short_name,route_type\nT1,T1,3\n"

    assert rides("F,5,CNY,0,,QY\n", routes=route) == (500,)


def test_a_fare_of_another_agency_does_not_hold():
    agencies = GOOD["agency.txt"] + "XJ,乙,https://bus.example/xj,Asia/Shanghai\n"

    assert rides("F,5,CNY,0,,XJ\n", agency=agencies) is None


def test_a_region_of_its_own_sells_in_the_money_of_its_feed():
    assert currency_of(read({"fare_attributes.txt": ATTRIBUTES + "F,5,AUD,0,,\n"})) == "AUD"
    assert currency_of(read({"fare_attributes.txt": ATTRIBUTES + "F,500,JPY,0,,\n"})) == "CNY"
    assert currency_of(read()) == "CNY"


@pytest.mark.parametrize(
    ("distances", "metres"),
    [
        ([0.0, 1200.0], [0, 1200]),
        ([3.0, 4.2], [0, 1200]),
        ([None, None], [0, 1112]),
        ([0.0, 17.0], [0, 1112]),
        ([5.0, 2.0], [0, 1112]),
    ],
    ids=["metres", "kilometres", "none", "no plain unit", "backwards"],
)
def test_metres_are_the_feed_s_where_its_unit_is_plain(distances, metres):
    assert metres_along([(30.0, 118.0), (30.01, 118.0)], distances) == metres
