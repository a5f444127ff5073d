"""Scenic areas: seasons, opening, closures, notices, confirmation."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from kernel.audit.models import Entry
from tests.factories.tourism import ScenicAreaFactory
from tests.tourism.conftest import AT
from tourism.areas import operations, queries
from tourism.areas.models import Closure, Gate, Notice, OpeningHours, ScenicArea, SeasonName
from tourism.areas.posts import area_posts

pytestmark = pytest.mark.django_db

DAY = date(2026, 10, 14)


def state(area: ScenicArea, day: date = DAY) -> queries.OpenState:
    return queries.open_state(queries.get_area(area.region, area.slug), day)


def notice(area: ScenicArea, **more) -> Notice:
    given = {"title_zh": "通知", "title_en": "Notice", "body_zh": "", "valid_from": AT, **more}
    return Notice(area=area, **given)


def test_an_area_is_open_by_the_hours_of_its_season():
    area = ScenicAreaFactory()
    OpeningHours.objects.filter(area=area, season=SeasonName.OFF).update(opens=time(9))

    assert state(area, date(2026, 11, 30)).hours.words == "08:00–18:00"
    assert state(area, date(2026, 12, 1)).hours.words == "09:00–18:00"


def test_a_season_without_hours_is_closed():
    area = ScenicAreaFactory()
    OpeningHours.objects.filter(area=area, season=SeasonName.OFF).delete()

    assert (state(area, date(2026, 12, 1)).is_open, state(area).is_open) == (False, True)


def test_a_closed_weekday_is_closed():
    area = ScenicAreaFactory(closed_weekdays="37")

    assert [state(area, DAY + timedelta(days=n)).is_open for n in range(5)] == [
        False,
        True,
        True,
        True,
        False,
    ]


def test_a_closure_says_why_in_the_readers_language():
    area = ScenicAreaFactory()
    Closure.objects.create(
        area=area, first_date=DAY, last_date=DAY, reason_zh="大风", reason_en="Strong wind"
    )

    with translation.override("en"):
        english = state(area)
    with translation.override("zh-hans"):
        chinese = state(area)

    assert (english.is_open, english.reason, chinese.reason) == (False, "Strong wind", "大风")
    assert state(area, DAY + timedelta(days=1)).is_open


def test_hours_that_close_before_they_open_are_refused_by_the_database():
    area = ScenicAreaFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        OpeningHours.objects.filter(area=area).update(opens=time(19))


def test_midnight_closes_the_day():
    area = ScenicAreaFactory()
    OpeningHours.objects.filter(area=area).update(opens=time(0), closes=time(0))

    hours = state(area).hours
    assert (hours.is_always, hours.words) == (True, "00:00–24:00")


def test_an_area_of_another_region_is_not_found():
    area, other = ScenicAreaFactory(slug="pines"), ScenicAreaFactory()

    with pytest.raises(queries.NoSuchArea):
        queries.get_area(other.region, area.slug)


def test_notices_are_shown_in_their_time_with_warnings_first():
    area = ScenicAreaFactory()
    notice(area, title_en="info").save()
    notice(area, title_en="warning", urgency="WARNING").save()
    notice(area, title_en="over", valid_from=AT - timedelta(days=2), valid_until=AT).save()
    notice(area, title_en="to come", valid_from=AT + timedelta(seconds=1)).save()
    notice(ScenicAreaFactory(), title_en="elsewhere").save()

    with translation.override("en"):
        rows = queries.notices([area.pk], at=AT)

    assert [(row.title, row.is_warning) for row in rows] == [("warning", True), ("info", False)]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("<script>alert(1)</script>Closed", "Closed"),
        ("<b>Wind</b> & rain", "Wind & rain"),
        ("&lt;img src=x onerror=alert(1)&gt;hi", "hi"),
        ("&amp;lt;script&amp;gt;x&amp;lt;/script&amp;gt;ok", "ok"),
        ("3 < 4 and 5 > 4", "3 < 4 and 5 > 4"),
        ("", ""),
    ],
)
def test_markup_is_taken_out_of_a_notice_when_it_is_saved(written, kept):
    announced = notice(ScenicAreaFactory(), title_en=written, body_zh=written)

    operations.announce(notice=announced, actor="user:1", at=AT)

    announced.refresh_from_db()
    assert (announced.title_en, announced.body_zh) == (kept, kept)
    entry = Entry.objects.get()
    assert (entry.actor, entry.subject) == ("user:1", f"notice:{announced.pk}")


def test_confirming_a_row_ends_its_being_a_sample_once():
    area = ScenicAreaFactory()
    rows = ScenicArea.objects.filter(pk=area.pk)

    assert operations.confirm(rows=rows, actor="user:1", at=AT) == 1
    assert operations.confirm(rows=rows, actor="user:2", at=AT + timedelta(days=1)) == 0

    area.refresh_from_db()
    assert (area.is_sample, area.confirmed_at, area.confirmed_by) == (False, AT, "user:1")
    assert [entry.subject for entry in Entry.objects.all()] == [f"scenicarea:{area.pk}"]


def test_gates_are_posts_of_their_organisation():
    area = ScenicAreaFactory()
    gate = Gate.objects.create(area=area, place=area.place, slug="north", name_zh="北门")
    own = {area.organisation_id}

    [post] = area_posts(organisation_ids=own, at=AT)

    assert (post.key, post.organisation_id) == (f"area:{area.pk}@north", area.organisation_id)
    assert post.zone == gate.zone == area.zone
    assert list(area_posts(organisation_ids=own, at=AT, zone=area.zone)) == [post]
    for foreign in ("area:0", "run:1", "area:x", "area:" + "9" * 30):
        assert list(area_posts(organisation_ids=own, at=AT, zone=foreign)) == []
    assert list(area_posts(organisation_ids={0}, at=AT)) == []
