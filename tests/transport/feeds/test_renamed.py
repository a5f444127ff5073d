"""Operators and fares that were changed here, beside what the feed says of everybody."""

from __future__ import annotations

import io

import gtfs_guru
import pytest

from accounts.organisations.models import Organisation
from tests.transport.feeds.gtfs.zips import GOOD, written
from tests.transport.feeds.places import put, put_zip, taken
from transport.lines.models import Pattern, PatternStop

pytestmark = pytest.mark.django_db
TWO_LINES = {
    "routes.txt": GOOD["routes.txt"] + "T2,QY,T2,3\n",
    "trips.txt": GOOD["trips.txt"] + "T2,DAILY,T2-1\n",
    "stop_times.txt": GOOD["stop_times.txt"]
    + "T2-1,10:00:00,10:00:00,north,1\nT2-1,11:10:00,11:10:00,gate,2\n",
}
ATTRIBUTES = "fare_id,price,currency_type,payment_method,transfers\nALL,5.00,CNY,0,0\n"
RULES = {
    "no rule": {},
    "a rule without a route": {"fare_rules.txt": "fare_id,origin_id,destination_id\nALL,,\n"},
    "rules by zones": {
        "stops.txt": (
            "stop_id,stop_name,stop_lat,stop_lon,zone_id\nnorth,黄山北站,29.81834,118.26734,A\n"
            "town,汤口,30.0843,118.1822,A\ngate,慈光阁,30.1020,118.1610,A\n"
        ),
        "fare_rules.txt": "fare_id,origin_id,destination_id\nALL,A,A\n",
    },
}


def fares_of(slug: str) -> set[int]:
    """What rides of a line cost, from the tables."""
    stops = PatternStop.objects.filter(pattern__line__slug=slug, seq__gt=1)
    return set(stops.values_list("fare_fen", flat=True))


@pytest.mark.parametrize("rules", RULES.values(), ids=RULES)
@pytest.mark.parametrize("fen", [300, 800], ids=["cheaper", "dearer"])
def test_a_fare_changed_here_holds_beside_a_general_one(rules, fen, tmp_path):
    put({**TWO_LINES, "fare_attributes.txt": ATTRIBUTES, **rules})
    PatternStop.objects.filter(pattern__line__slug="t1", fare_fen__gt=0).update(fare_fen=fen)

    feed = taken()
    path = tmp_path / "out.zip"
    path.write_bytes(written(feed))
    put_zip(io.BytesIO(written(feed)), region="copy")

    assert gtfs_guru.validate(str(path), date="2026-09-20").errors() == []
    assert Pattern.objects.filter(line__region__slug="copy").count() == 2
    copies = PatternStop.objects.filter(pattern__line__region__slug="copy", seq__gt=1)
    by_line = {
        name: set(copies.filter(pattern__line__short_name=name).values_list("fare_fen", flat=True))
        for name in ("T1", "T2")
    }
    assert by_line == {"T1": {fen}, "T2": {500}}


def test_the_only_line_leaves_no_general_fare_behind():
    put({"fare_attributes.txt": ATTRIBUTES})
    PatternStop.objects.filter(fare_fen__gt=0).update(fare_fen=800)

    feed = taken()

    assert [(row.price, row.fare_id != "ALL") for row in feed.fare_attributes] == [(8, True)]
    assert {row.route_id for row in feed.fare_rules} == {"T1"}


def test_an_organisation_renamed_here_goes_out_under_its_name():
    put()
    before = taken()
    Organisation.objects.filter(slug="valley-qy").update(
        name_zh="黄山交旅", name_en="Huangshan Bus"
    )

    feed = taken()

    assert feed.agency[0].agency_name == "黄山交旅"
    english = [row for row in feed.translations if row.table_name == "agency"]
    assert [(row.record_id, row.translation) for row in english] == [("QY", "Huangshan Bus")]
    assert (feed.agency[0].agency_id, feed.agency[0].agency_url) == (
        before.agency[0].agency_id, before.agency[0].agency_url,
    )  # fmt: skip


def test_one_organisation_for_all_agencies_leaves_their_names_alone():
    put(organisation="valley-bus")

    assert taken().agency[0].agency_name == "黄山全域旅游交通"
