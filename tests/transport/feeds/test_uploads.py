"""A version sent from the back office: checked by a worker, looked at, then taken in or left."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.organisations.models import Kind, Organisation, Role
from kernel import clock
from kernel.audit.models import Entry
from kernel.leases import operations as leases
from kernel.places.models import Place, Region
from tests import cast
from tests.factories.accounts import MembershipFactory, OrganisationFactory, UserFactory
from tests.factories.kernel import RegionFactory
from tests.transport.feeds.gtfs.zips import zipped
from tests.transport.feeds.places import put, put_zip, taken
from tests.transport.feeds.test_sold import FARES, at_other_times
from tests.transport.lines.conftest import AT as NOW
from tests.transport.lines.conftest import pay, sell  # noqa: F401 - fixtures
from transport.feeds import operations as feeds
from transport.feeds.models import Feed, Upload, UploadState
from transport.lines.models import Run, ShuttleLine

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
ADD = "admin:transport_feeds_upload_add"
RENAMED = {
    **FARES,
    "stops.txt": (
        "stop_id,stop_name,stop_lat,stop_lon\nnorth,黄山北站,29.81834,118.26734\n"
        "town,汤口新站,30.0843,118.1822\ngate,慈光阁,30.1020,118.1610\n"
    ),
}


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: LATER)


@pytest.fixture
def bus() -> Organisation:
    """An operator whose lines came as the region's main feed."""
    put(FARES, at=NOW)
    return Organisation.objects.get(slug="valley-qy")


def at_the_desk(organisation: Organisation) -> Client:
    user = UserFactory(is_staff=True, login_name=f"desk-{organisation.pk}")
    MembershipFactory(user=user, organisation=organisation, role=Role.OPERATOR)
    return cast.enter(user)


def send(desk: Client, content: bytes, **asked: object):
    file = SimpleUploadedFile("feed.zip", content, content_type="application/zip")
    return desk.post(reverse(ADD), {"slug": "", "file": file, **asked})


def look(desk: Client, upload: Upload):
    return desk.get(reverse("admin:transport_feeds_upload_look", args=[upload.pk]))


def answer(desk: Client, upload: Upload, what: str) -> None:
    desk.post(reverse("admin:transport_feeds_upload_look", args=[upload.pk]), {"answer": what})


def sent(bus: Organisation, changes: dict[str, str]) -> tuple[Client, Upload]:
    """A version that the operator's desk has sent and that is checked."""
    desk = at_the_desk(bus)
    assert send(desk, zipped(changes).read(), organisation=bus.pk).status_code == 302
    feeds.work_off(at=LATER)
    return desk, Upload.objects.latest("pk")


def test_a_version_is_sent_looked_at_and_taken_in(bus):
    desk, upload = sent(bus, RENAMED)

    assert (upload.slug, upload.region.slug, upload.state) == ("main", "valley", "READY")
    page = look(desk, upload).text
    assert "汤口 → 汤口新站" in page
    assert "Nobody who has booked is affected." in page
    assert Place.objects.get(slug="town").name_zh == "汤口"

    answer(desk, upload, "accept")
    assert 'hx-trigger="every 2s"' in look(desk, upload).text
    feeds.work_off(at=LATER)

    upload.refresh_from_db()
    assert (upload.state, upload.content) == (UploadState.APPLIED, None)
    assert Place.objects.get(slug="town").name_zh == "汤口新站"
    assert ShuttleLine.objects.count() == 1
    acts = Entry.objects.filter(subject=f"upload:{upload.pk}").order_by("pk")
    assert list(acts.values_list("action", flat=True)) == ["feeds.upload", "feeds.accepted"]


def test_a_bad_version_is_refused_with_a_table_in_either_language(bus):
    before = taken(at=LATER)
    desk, upload = sent(bus, {"routes.txt": "route_id,route_short_name,route_type\nT1,T1,bus\n"})

    page = look(desk, upload).text
    cells = "<td>routes.txt</td><td>2</td><td>route_type</td><td>“bus” is not a whole number</td>"
    assert (upload.state, upload.fault_count, upload.content) == ("REFUSED", 1, None)
    assert cells in page.replace("&quot;", '"')
    assert reverse("admin:transport_feeds_upload_add") in page.partition('id="upload"')[2]
    chinese = desk.get(
        reverse("admin:transport_feeds_upload_look", args=[upload.pk]).replace("/en/", "/zh-hans/")
    )
    assert "<td>routes.txt</td><td>2</td><td>route_type</td>" in chinese.text
    assert "is not a whole number" not in chinese.text
    assert taken(at=LATER) == before


def test_riders_who_would_be_moved_or_paid_back_are_counted_before(bus, sell):  # noqa: F811
    sell(Run.objects.get(service_date="2026-10-03"), 2)

    _desk, little = sent(bus, at_other_times(5))
    assert little.changes["riders"] == {"moved": 2, "refunded": 0}
    assert little.changes["trips"]["changed"]["names"] == ["T1 08:00 (T1-1) → T1 08:05 (T1-1)"]
    little.refresh_from_db()
    feeds.discard(upload_id=little.pk, actor="user:1", at=LATER)

    feeds.send(
        region=bus.region, organisation=bus, slug="main", name="far.zip",
        content=zipped(at_other_times(90)).read(), actor="user:1", at=LATER,
    )  # fmt: skip
    feeds.work_off(at=LATER)
    assert Upload.objects.latest("pk").changes["riders"] == {"moved": 0, "refunded": 2}


def test_what_it_says_beforehand_is_what_happens(bus, sell):  # noqa: F811
    order = sell(Run.objects.get(service_date="2026-10-03"), 2)
    desk, upload = sent(bus, at_other_times(5))

    answer(desk, upload, "accept")
    feeds.work_off(at=LATER)

    assert not order.refunds.exists()
    assert Run.objects.get(boardings__isnull=False).moved_at == LATER


def test_what_was_discarded_changes_nothing_and_is_not_taken_in_later(bus):
    before = taken(at=LATER)
    desk, upload = sent(bus, RENAMED)

    answer(desk, upload, "discard")
    answer(desk, upload, "accept")
    feeds.work_off(at=LATER)

    upload.refresh_from_db()
    assert (upload.state, upload.content) == (UploadState.DISCARDED, None)
    assert taken(at=LATER) == before


def test_a_newer_upload_takes_the_place_of_one_that_waits(bus):
    _desk, first = sent(bus, RENAMED)
    _again, second = sent_again(bus)

    first.refresh_from_db()
    assert (first.state, second.state) == (UploadState.DISCARDED, UploadState.READY)


def sent_again(bus: Organisation) -> tuple[None, Upload]:
    made = feeds.send(
        region=bus.region, organisation=bus, slug="main", name="2.zip",
        content=zipped(at_other_times(5)).read(), actor="user:1", at=LATER,
    )  # fmt: skip
    feeds.work_off(at=LATER)
    made.refresh_from_db()
    return None, made


def test_where_another_version_came_in_meanwhile_it_is_shown_again(bus):
    desk, upload = sent(bus, RENAMED)
    answer(desk, upload, "accept")
    put_zip(zipped(at_other_times(5)), at=LATER)

    feeds.work_off(at=LATER)

    upload.refresh_from_db()
    assert upload.state == UploadState.READY
    assert upload.seen_sha256 == Feed.objects.get().sha256
    assert Place.objects.get(slug="town").name_zh == "汤口"


def test_what_goes_wrong_on_our_side_ends_where_somebody_sees_it(bus, monkeypatch):
    def fail(*_words: object, **_named: object) -> None:
        raise RuntimeError("disk")

    monkeypatch.setattr("transport.feeds.operations.uploads.preview", fail)

    desk, upload = sent(bus, RENAMED)

    assert upload.state == UploadState.FAILED
    assert "This went wrong on our side" in look(desk, upload).text
    assert feeds.work_off(at=LATER) == 0


def test_one_worker_at_a_time(bus):
    desk = at_the_desk(bus)
    send(desk, zipped(RENAMED).read(), organisation=bus.pk)
    leases.take(key="feeds.uploads", owner="another", seconds=60, at=LATER)

    assert feeds.work_off(at=LATER) == 0
    assert Upload.objects.get().state == UploadState.WAITING

    leases.take(key="feeds.uploads", owner="another", seconds=0, at=LATER)
    assert feeds.work_off(at=LATER) == 1


def test_a_desk_sends_for_its_own_house_and_region_only(bus):
    other = OrganisationFactory(region=bus.region)
    elsewhere = OrganisationFactory(region=RegionFactory())
    desk = at_the_desk(other)

    refused = send(desk, zipped(FARES).read(), organisation=bus.pk)
    theirs = send(desk, zipped(FARES).read(), organisation=other.pk, slug="main")
    away = send(desk, zipped(FARES).read(), organisation=elsewhere.pk)
    assert [each.status_code for each in (refused, theirs, away)] == [200] * 3
    assert "another operator" in theirs.text
    assert not Upload.objects.exists()

    region = RegionFactory()
    assert (
        send(desk, zipped(FARES).read(), organisation=other.pk, region=region.pk).status_code == 302
    )
    made = Upload.objects.get()
    assert (made.region, made.slug) == (bus.region, other.slug)
    assert look(at_the_desk(bus), made).status_code == 404


def test_the_lines_of_a_desks_feed_are_its_own(bus):
    other = OrganisationFactory(region=bus.region)
    desk = at_the_desk(other)
    send(desk, zipped(FARES).read(), organisation=other.pk)
    feeds.work_off(at=LATER)
    answer(desk, Upload.objects.get(), "accept")
    feeds.work_off(at=LATER)

    owners = ShuttleLine.objects.order_by("pk").values_list("organisation", flat=True)
    assert list(owners) == [bus.pk, other.pk]


def test_a_feed_that_became_anothers_meanwhile_is_not_taken_over(bus):
    other = OrganisationFactory(region=bus.region)
    first = new_feed(other, "valley")
    feeds.work_off(at=LATER)
    feeds.accept(upload_id=first.pk, actor="user:1", at=LATER)
    late = new_feed(bus, "valley", changes=RENAMED)
    before = ShuttleLine.objects.count()

    feeds.work_off(at=LATER)

    first.refresh_from_db()
    late.refresh_from_db()
    assert (first.state, late.state) == (UploadState.APPLIED, UploadState.REFUSED)
    assert "another operator" in late.reason["en"]
    assert not late.changes
    assert ShuttleLine.objects.count() == before + 1
    assert Feed.objects.get(slug="valley").agencies == {"QY": other.pk}


def test_nobody_discards_what_another_operator_has_sent(bus):
    other = OrganisationFactory(region=bus.region)
    theirs, mine = new_feed(other, "valley"), new_feed(bus, "valley")

    theirs.refresh_from_db()
    assert (theirs.state, mine.state) == (UploadState.WAITING, UploadState.WAITING)
    assert theirs.content


def new_feed(whose: Organisation, slug: str, changes: dict[str, str] = FARES) -> Upload:
    return feeds.send(
        region=whose.region, organisation=whose, slug=slug, name="1.zip",
        content=zipped(changes).read(), actor="user:1", at=LATER,
    )  # fmt: skip


def test_the_platform_says_for_which_region(bus):
    platform = at_the_desk(OrganisationFactory(kind=Kind.PLATFORM))

    nowhere = send(platform, zipped(RENAMED).read())
    assert nowhere.status_code == 200
    assert send(platform, zipped(RENAMED).read(), region=bus.region_id).status_code == 302

    made = Upload.objects.get()
    assert (made.slug, made.organisation) == ("main", None)
    feeds.work_off(at=LATER)
    feeds.accept(upload_id=made.pk, actor="user:1", at=LATER)
    feeds.work_off(at=LATER)
    assert ShuttleLine.objects.get().organisation == bus


@pytest.mark.parametrize("content", [b"", b"not a zip"])
def test_what_is_no_zip_is_refused(bus, content):
    desk = at_the_desk(bus)

    answered = send(desk, content, organisation=bus.pk)
    feeds.work_off(at=LATER)

    if answered.status_code == 302:
        assert "is not a zip file that can be read" in look(desk, Upload.objects.get()).text
    else:
        assert not Upload.objects.exists()


def test_what_is_too_large_is_refused(bus, monkeypatch):
    monkeypatch.setattr(feeds, "MOST_BYTES", 100)

    answered = send(at_the_desk(bus), zipped(FARES).read(), organisation=bus.pk)

    assert answered.status_code == 200
    assert "at most 100 are taken here" in answered.text
    assert not Upload.objects.exists()


def test_a_preview_writes_nothing(bus):
    before = Feed.objects.values().get(), Region.objects.values().get(pk=bus.region_id)

    sent(bus, at_other_times(5))

    assert (Feed.objects.values().get(), Region.objects.values().get(pk=bus.region_id)) == before
    assert io.BytesIO(bytes(Upload.objects.get().content)).read(2) == b"PK"
