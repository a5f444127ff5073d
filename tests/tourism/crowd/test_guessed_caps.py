"""Caps come with the region's files; a guess is called one, and keeps nobody out."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.urls import reverse

from bookings.gates import loads
from kernel.places import loading
from kernel.provenance import Confidence
from tests.cast import enter
from tests.factories.accounts import MembershipFactory
from tests.tourism.areas.test_loading import HUANGSHAN, YUNLING, load
from tests.tourism.crowd.conftest import TEN, minutes
from tourism.areas.models import ScenicArea
from tourism.crowd import operations, queries
from tourism.crowd.board import percent_words
from tourism.crowd.lines import live_lines
from tourism.crowd.models import Watch

pytestmark = pytest.mark.django_db

HEAD = "area_id,instant_cap,first_percent,second_percent,third_percent,source,confidence"


@pytest.fixture
def guess(area) -> Watch:
    """A cap of a hundred that somebody has worked out, of an area whose exits are scanned."""
    return Watch.objects.create(
        area=area, instant_cap=100, scans_exits=True, source="guess: from the day's cap",
        confidence=Confidence.LOW,
    )  # fmt: skip


@pytest.fixture
def crowd(walk, guess):
    walk(120, TEN - minutes(10))
    operations.recount_all(at=TEN)


def words(area) -> list[str]:
    return [line.words for line in live_lines(at=TEN) if line.place_id == area.place_id]


def is_sold(area) -> bool:
    return queries.hindrance(
        area_id=area.pk, zone=area.zone, starts_at=TEN + minutes(30), ends_at=TEN + minutes(60),
        title="Ticket", region=area.region, at=TEN,
    ) is None  # fmt: skip


def test_the_caps_of_huangshan_come_with_where_they_are_from():
    region = load("huangshan", HUANGSHAN)

    watches = Watch.objects.filter(area__region=region).select_related("area")
    found = {watch.area.slug: watch for watch in watches}
    canyon, mountain = found["west-sea-canyon"], found["huangshan-scenic"]
    assert (canyon.instant_cap, canyon.confidence, canyon.is_guess) == (8_000, "HIGH", False)
    assert canyon.limits == (62, 80, 90, 100)
    assert (mountain.instant_cap, mountain.is_guess) == (36_300, True)
    assert mountain.source.startswith("guess: ")
    assert all(watch.instant_cap <= watch.area.daily_cap for watch in found.values())
    assert {slug for slug, watch in found.items() if not watch.is_guess} == {"west-sea-canyon"}
    assert ScenicArea.objects.get(slug="huangshan-scenic").daily_cap == 50_000


def test_what_an_operator_has_set_survives_the_next_load():
    region = load("huangshan", HUANGSHAN)
    mine = Watch.objects.get(area__region=region, area__slug="hongcun")
    Watch.objects.filter(pk=mine.pk).update(instant_cap=9_000)

    load("huangshan", HUANGSHAN)

    mine.refresh_from_db()
    assert mine.instant_cap == 9_000


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("lotus-peak,0,50,70,90,x,low", "instant_cap"),
        ("lotus-peak,10,70,50,90,x,low", "second_percent"),
        ("nowhere,10,50,70,90,x,low", "area_id"),
        ("lotus-peak,10,50,70,90,x,sure", "confidence"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_loaded(tmp_path, row, column):
    folder = Path(shutil.copytree(YUNLING, tmp_path / "yunling"))
    (folder / "crowd_limits.csv").write_text(f"{HEAD}\n{row}\n", encoding="utf-8")

    with pytest.raises(loading.BadRegionData) as refused:
        load("yunling", folder)

    assert ("crowd_limits.csv", column) in {(p.file, p.column) for p in refused.value.problems}
    assert not Watch.objects.exists()


def test_a_guess_keeps_nobody_out_and_is_called_one(area, crowd, guess):
    assert is_sold(area)
    assert "Now: nearly full (about 120 % of an estimated limit)" in words(area)
    here = queries.inside([area.pk], at=TEN)[area.pk]
    assert percent_words(here) == "120 % of 100 (a guess)"


def test_confirmed_it_holds(area, crowd, guess):
    Watch.objects.filter(pk=guess.pk).update(confirmed_at=TEN, confirmed_by="user:1")

    assert not is_sold(area)
    assert "Full: no more entry for the moment" in words(area)


def test_of_a_loaded_cap_nothing_is_said_before_anybody_was_counted(area, guess):
    assert words(area) == ["", ""]
    assert loads.load_of(area.zone, at=TEN) is None


def test_who_sets_another_cap_stands_by_it(area, guess):
    member = MembershipFactory(organisation=area.organisation, role="OPERATOR", user__is_staff=True)
    browser = enter(member.user)
    url = reverse("admin:tourism_crowd_watch_change", args=[guess.pk])
    form = browser.get(url).context["adminform"].form
    data = {name: "" if value is None else value for name, value in form.initial.items()}

    browser.post(url, data)
    guess.refresh_from_db()
    assert guess.confirmed_at is None
    browser.post(url, {**data, "instant_cap": 150})

    guess.refresh_from_db()
    assert (guess.instant_cap, guess.is_guess) == (150, False)
    assert guess.confirmed_by.startswith("user:")
