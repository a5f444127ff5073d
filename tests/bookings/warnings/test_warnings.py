"""A warning reaches who is booked there then, once, and is shown where the place is shown."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from accounts.identity import sessions
from accounts.messages import opening
from accounts.messages import operations as messages
from accounts.messages.models import Delivery, Message
from accounts.organisations.models import Role
from bookings.orders.models import Line
from bookings.vouchers.models import Voucher
from bookings.warnings import operations, queries
from bookings.warnings.models import Level, PlaceWarning
from kernel import clock
from kernel.audit.models import Entry
from kernel.outbox import operations as outbox
from kernel.outbox.models import Event
from portal.backoffice.site import BackOffice
from tests.factories.accounts import MembershipFactory, OrganisationFactory, TouristFactory
from tests.factories.kernel import PlaceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def gate(region):
    return PlaceFactory(region=region, name_en="North Gate", latitude=30.1, longitude=118.2)


@pytest.fixture
def line(paid, gate):
    """Paid and delivered, at the north gate."""
    found = paid.lines.get()
    Line.objects.filter(pk=found.pk).update(place_id=gate.pk)
    Message.objects.all().delete()
    found.refresh_from_db()
    return found


@pytest.fixture
def warning(line, gate):
    """A storm while the line is on."""
    return storm(gate, line)


def storm(place, line, **more) -> PlaceWarning:
    given = {
        "place": place, "level": Level.SAFETY, "title_zh": "雷暴", "title_en": "Storm",
        "text_zh": "请离开山顶。", "text_en": "Please leave the summit.", "radius_m": 0,
        "affects_from": line.starts_at, "affects_until": line.ends_at, **more,
    }  # fmt: skip
    return PlaceWarning.objects.create(**given)


def send(warning: PlaceWarning, at) -> None:
    operations.send(warning_id=warning.pk, actor="user:1", at=at)
    outbox.drain(at=at)


def told() -> list[str]:
    rows = Message.objects.filter(kind__startswith="bookings.warnings.").order_by("pk")
    return [opening.body_of(row) for row in rows]


def test_who_is_booked_there_then_is_told_in_their_language_with_place_and_time(warning, line, now):
    send(warning, now)

    [text] = told()
    assert "Please leave the summit." in text
    assert "North Gate" in text
    assert line.order.code in text
    warning.refresh_from_db()
    assert (warning.sent_at, warning.sent_by, warning.told) == (now, "user:1", 1)


@pytest.mark.parametrize("hours", [-1, 1])
def test_who_is_there_at_another_time_is_not_told(gate, line, now, hours):
    valid = Voucher.objects.filter(line=line).values_list("valid_from", "valid_until")[0]
    away = (valid[1] - valid[0]) * hours
    other = storm(gate, line, affects_from=valid[0] + away, affects_until=valid[1] + away)

    send(other, now)

    assert told() == []


def test_a_radius_takes_in_what_is_near_and_leaves_out_what_is_far(line, region, now):
    near = PlaceFactory(region=region, latitude=30.105, longitude=118.2)
    far = PlaceFactory(region=region, latitude=30.5, longitude=118.2)

    assert queries.reach(storm(near, line, radius_m=100)).people == 0
    assert queries.reach(storm(near, line, radius_m=1000)).people == 1
    assert queries.reach(storm(far, line, radius_m=1000)).people == 0


def test_an_organisation_tells_its_own_guests_only(gate, line):
    own = storm(gate, line, organisation=line.supplier)
    other = storm(gate, line, organisation=OrganisationFactory(region=line.order.region))

    assert queries.reach(own).people == 1
    assert queries.reach(other).people == 0


def test_one_person_with_two_bookings_there_is_told_once(warning, line, now):
    again = Line.objects.get(pk=line.pk)
    again.pk, again.position = None, 1
    again.save()
    for voucher in Voucher.objects.filter(line=line):
        voucher.pk, voucher.line = None, again
        voucher.save()

    send(warning, now)
    operations.tell(warning_id=warning.pk, at=now)

    assert len(told()) == 1
    warning.refresh_from_db()
    assert warning.told == 1


def test_who_has_cancelled_is_not_told_and_who_is_inside_is(warning, line, now):
    Voucher.objects.update(state="VOIDED", voided_at=now)
    assert queries.reach(warning).people == 0

    Voucher.objects.update(state="USED", entries_used=1, voided_at=None)
    assert queries.reach(warning).people == 1


def test_who_books_while_it_stands_is_told_soon_after(warning, line, now):
    Voucher.objects.update(state="VOIDED", voided_at=now)
    send(warning, now)
    assert told() == []

    Voucher.objects.update(state="ACTIVE", voided_at=None)
    assert operations.tell_newcomers(at=now + timedelta(minutes=5)) == 1
    assert operations.tell_newcomers(at=now + timedelta(minutes=10)) == 0
    assert operations.tell_newcomers(at=warning.affects_until) == 0


def test_it_is_sent_once(warning, now):
    send(warning, now)
    before = Entry.objects.count(), Event.objects.count(), len(told())

    with pytest.raises(operations.IsSent):
        send(warning, now + timedelta(minutes=1))

    assert (Entry.objects.count(), Event.objects.count(), len(told())) == before


def test_what_is_over_is_not_sent(warning):
    with pytest.raises(operations.IsOver):
        send(warning, warning.affects_until)

    warning.refresh_from_db()
    assert (warning.sent_at, told()) == (None, [])


@pytest.mark.parametrize(("level", "state"), [(Level.SAFETY, "SENT"), (Level.SERVICE, "WAITING")])
def test_only_what_is_about_safety_wakes_people(paid, line, gate, now, level, state):
    user = TouristFactory()
    paid.user_id = user.pk
    paid.save()
    night = (now + timedelta(days=1)).replace(hour=15, minute=30)
    warning = storm(gate, line, level=level)

    send(warning, night)
    messages.deliver_due(at=night)

    ways = Delivery.objects.exclude(channel="INBOX").filter(message__about=f"warning:{warning.pk}")
    assert ways.exists() == (level == Level.SAFETY)
    assert set(ways.values_list("state", flat=True)) <= {state}


def test_taken_back_it_is_neither_shown_nor_sent_any_more(warning, line, now):
    send(warning, now)
    Delivery.objects.exclude(channel="INBOX").update(state="WAITING", next_at=now, sent_at=None)

    assert operations.withdraw(warning_id=warning.pk, actor="user:1", at=now)
    assert not operations.withdraw(warning_id=warning.pk, actor="user:1", at=now)

    assert not Delivery.objects.filter(state="WAITING").exists()
    assert queries.at_places([line.place_id], supplier_id=line.supplier_id, at=now) == []
    noted = Entry.objects.filter(subject=f"warning:{warning.pk}").order_by("pk")
    assert list(noted.values_list("action", flat=True)) == ["warnings.send", "warnings.withdraw"]


def test_it_is_shown_at_its_places_until_it_is_over(warning, line, now, region):
    def shown(place_id, at) -> list[str]:
        banners = queries.at_places([place_id], supplier_id=line.supplier_id, at=at)
        return [banner.title for banner in banners]

    assert shown(line.place_id, now) == []
    send(warning, now)

    assert shown(line.place_id, now) == ["Storm"]
    assert shown(PlaceFactory(region=region).pk, now) == []
    assert shown(line.place_id, warning.affects_until) == []


def test_a_draft_keeps_no_markup(gate, line, now):
    draft = storm(gate, line)
    draft.text_en = "<b>Leave</b><script>x()</script>"

    operations.save_draft(warning=draft, actor="user:1", at=now)

    draft.refresh_from_db()
    assert draft.text_en == "Leave"


def test_what_was_sent_is_not_changed(warning, now):
    send(warning, now)
    warning.text_en = "Stay."

    with pytest.raises(operations.IsSent):
        operations.save_draft(warning=warning, actor="user:1", at=now)

    warning.refresh_from_db()
    assert warning.text_en == "Please leave the summit."


@pytest.fixture
def desk(line, client, monkeypatch, now):
    member = MembershipFactory(organisation=line.supplier, role=Role.OPERATOR, user__is_staff=True)
    monkeypatch.setattr(clock, "now", lambda: now)
    monkeypatch.setattr(sessions, "live_user", lambda _request: member.user)
    monkeypatch.setattr(BackOffice, "has_permission", lambda _site, _request: True)
    return client


def address(name: str, *args: object) -> str:
    return reverse(f"admin:bookings_warnings_placewarning_{name}", args=args)


def test_a_desk_sees_whom_it_reaches_before_it_sends(desk, gate, line):
    warning = storm(gate, line, organisation=line.supplier)
    url = address("send", warning.pk)

    assert "It reaches 1 person who is booked there then." in desk.get(url).content.decode()
    answer = desk.post(url, {"seen": "7"})
    assert "Please look again" in str(next(iter(get_messages(answer.wsgi_request))))
    warning.refresh_from_db()
    assert warning.sent_at is None

    assert desk.post(url, {"seen": "1"}).status_code == 302
    warning.refresh_from_db()
    assert warning.sent_at is not None


def test_a_desk_writes_for_its_own_organisation_only(desk, gate, line):
    form = {
        "place": gate.pk, "radius_m": 500, "level": "SAFETY", "title_zh": "雷暴", "title_en": "Storm",
        "text_zh": "请离开。", "text_en": "Leave.",
        "affects_from_0": "2026-10-14", "affects_from_1": "12:00",
        "affects_until_0": "2026-10-14", "affects_until_1": "16:00",
    }  # fmt: skip

    desk.post(address("add"), {**form, "organisation": ""})
    desk.post(address("add"), {**form, "organisation": OrganisationFactory().pk})
    assert PlaceWarning.objects.count() == 0

    desk.post(address("add"), {**form, "organisation": line.supplier_id})
    assert PlaceWarning.objects.get().organisation_id == line.supplier_id
    everybodys = storm(gate, line)
    assert desk.post(address("send", everybodys.pk), {"seen": "1"}).status_code == 404
