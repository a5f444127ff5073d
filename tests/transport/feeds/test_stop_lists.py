"""Lines without times: found where they stop and between their stops, and sold by nobody here."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from kernel import clock
from kernel.places.models import Place, Region
from tests.factories.accounts import OrganisationFactory
from tests.factories.kernel import RegionFactory
from tests.transport.feeds.places import AT
from transport.lines import queries
from transport.lines.models import Pattern, PatternStop, Run, ShuttleLine, TimetableTrip

pytestmark = pytest.mark.django_db
HEADER = "line,seq,stop_name,lat,lon\n"
THERE = (
    "210路(下沙-城站),1,下沙,30.31,120.36\n210路(下沙-城站),2,闸弄口,30.28,120.19\n"
    "210路(下沙-城站),3,城站,30.24,120.17\n"
)
BACK = "210路(城站-下沙),1,城站,30.24,120.17\n210路(城站-下沙),2,下沙,30.31,120.36\n"


@pytest.fixture
def city(monkeypatch: pytest.MonkeyPatch) -> Region:
    monkeypatch.setattr(clock, "now", lambda: AT)
    return RegionFactory(slug="hangzhou")


def load(path: Path, text: str, **more: str) -> str:
    file, told = path / "lines.csv", StringIO()
    file.write_text(text, encoding="utf-8-sig")
    options = {"region": "hangzhou", "operator": "hz-bus", "source": "a list of 2015", **more}
    call_command("load_lines", str(file), stdout=told, stderr=told, **options)
    return told.getvalue()


def test_a_line_has_its_ways_and_stops_and_no_times(city, tmp_path):
    load(tmp_path, HEADER + THERE + BACK, operator_name="杭州公交")

    line = ShuttleLine.objects.select_related("organisation").get()
    assert (line.name_zh, line.short_name, line.is_bookable) == ("210路", "210路", False)
    assert (line.organisation.slug, line.organisation.name_zh) == ("hz-bus", "杭州公交")
    ways = {
        stops[0].pattern.direction: stops for stops in queries.stops_of_lines([line.pk]).values()
    }
    assert [stop.place.name_zh for stop in ways["OUT"]] == ["下沙", "闸弄口", "城站"]
    assert [stop.place.name_zh for stop in ways["BACK"]] == ["城站", "下沙"]
    assert not any(queries.is_timed(stops) for stops in ways.values())
    assert 17_000 < ways["OUT"][2].metres < 25_000
    assert Place.objects.count() == 3
    assert TimetableTrip.objects.count() == Run.objects.count() == 0


def test_it_is_found_between_its_stops_and_says_that_nobody_knows_when(city, tmp_path):
    load(tmp_path, HEADER + THERE + BACK)

    found = Client().get("/en/hangzhou/departures/", {"from": "下沙", "to": "城站"}).text
    href = f"/en/hangzhou/lines/{ShuttleLine.objects.get().slug}/"
    assert "pay on board, not booked here" in found
    assert href in found
    assert "210路 210路" not in found
    page = Client().get(href).text
    assert "When it comes by is not known here." in page
    assert "+0 min" not in page
    assert "¥" not in page
    assert "Times not known here" in Client().get("/en/hangzhou/lines/").text


def test_a_stop_without_a_name_is_called_so_and_is_where_it_is(city, tmp_path):
    load(tmp_path, HEADER + THERE.replace("闸弄口", ""))

    nameless = Place.objects.get(name_en="Stop without a name")
    assert (nameless.name_zh, nameless.latitude) == ("无站名", 30.28)


def test_the_same_list_again_changes_nothing_and_another_way_is_another_pattern(city, tmp_path):
    load(tmp_path, HEADER + THERE + BACK)
    before = set(PatternStop.objects.values_list("pk", flat=True))

    again = load(tmp_path, HEADER + THERE + BACK)
    assert set(PatternStop.objects.values_list("pk", flat=True)) == before
    assert "+0 ~0 =5 kept 0" in again

    load(tmp_path, HEADER + THERE.replace("闸弄口", "景芳") + BACK)
    assert Pattern.objects.count() == 2
    assert {"景芳"} < set(PatternStop.objects.values_list("place__name_zh", flat=True))
    assert not PatternStop.objects.filter(place__name_zh="闸弄口").exists()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (HEADER, "lines.csv: is empty"),
        (HEADER + "1路,1,甲,30,120\n", "lines.csv, line 2, column line: “1路” has one stop only"),
        (HEADER + THERE + THERE, "column seq"),
        (HEADER + "1路,1,甲,30,120\n1路,x,乙,30,120\n", "lines.csv, line 3, column seq"),
        (HEADER + "1路,1,甲,91,120\n1路,2,乙,30,181\n", "lines.csv, line 2, column lat"),
        ("line,stop\n1路,甲\n", "lines.csv, line 1"),
    ],
)
def test_a_bad_list_is_refused_whole_with_line_and_reason(city, tmp_path, text, reason):
    told = StringIO()
    file = tmp_path / "lines.csv"
    file.write_text(text)

    with pytest.raises(CommandError):
        call_command(
            "load_lines", str(file), region="hangzhou", operator="hz-bus", source="x", stderr=told
        )

    assert reason in told.getvalue()
    assert not ShuttleLine.objects.exists()
    assert not Place.objects.exists()


def test_an_operator_of_another_region_and_a_region_that_is_not_there_are_refused(city, tmp_path):
    OrganisationFactory(slug="theirs", region=RegionFactory())

    with pytest.raises(CommandError, match="works in another region"):
        load(tmp_path, HEADER + THERE, operator="theirs")
    with pytest.raises(CommandError, match="There is no region nowhere"):
        load(tmp_path, HEADER + THERE, region="nowhere")

    assert not ShuttleLine.objects.exists()
