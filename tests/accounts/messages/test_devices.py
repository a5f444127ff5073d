"""A person switches messages on for a device: it gets what they chose, and what is gone is forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.messages import channels, operations
from accounts.messages.channels import Gone
from accounts.messages.channels.push import WebPush, sender
from accounts.messages.fakes.push import PushDesk, public_key_in, settings_at
from accounts.messages.models import Choice, Delivery, Device, State
from accounts.messages.operations import Note
from accounts.messages.webpush import Subscription
from kernel import clock
from tests.accounts.messages.conftest import AT
from tests.cast import enter
from tests.factories.accounts import TouristFactory

pytestmark = pytest.mark.django_db

SERVICE = "https://push.example.net"


class Devices(WebPush):
    """Web push without the wire: what each device was given."""

    def __init__(self) -> None:
        found = sender()
        assert found is not None
        super().__init__(found)
        self.given: list[str] = []
        self.gone = False

    def deliver(self, letter: channels.Letter) -> None:
        if self.gone:
            raise Gone("gone")
        self.given.append(letter.subject)


@pytest.fixture
def push(tmp_path, settings, boxes) -> Devices:
    settings.WEB_PUSH = settings_at(tmp_path, "http://127.0.0.1:1")
    made = Devices()
    channels.register(made)
    return made


@pytest.fixture
def desk(tmp_path, push) -> PushDesk:
    """Browsers at a push service of the public network."""
    return PushDesk(SERVICE, public_key_in(tmp_path))


def add(user, subscription: Subscription, at=AT) -> Device:
    return operations.add_device(user_id=user.pk, subscription=subscription, label="Chrome", at=at)


@pytest.fixture
def person(wang):
    return wang


@pytest.fixture
def say(person):
    """Something of a topic that goes to devices."""

    def said(key: str, at=AT) -> None:
        operations.tell([Note("test.trip", key, {"name": "Wang"}, user_id=person.pk)], at=at)
        operations.deliver_due(at=at)

    return said


def test_each_device_of_a_person_is_told(person, desk, push, say):
    for _number in range(2):
        add(person, desk.subscribe())

    say("k1")

    assert len(push.given) == 2
    assert set(Delivery.objects.filter(channel="PUSH").values_list("state", "to_masked")) == {
        ("SENT", "push.example.net")
    }


def test_what_is_kept_says_nothing_to_who_reads_the_database(person, desk):
    subscription = desk.subscribe()
    device = add(person, subscription)

    row = str(Device.objects.filter(pk=device.pk).values().get())
    assert subscription.endpoint not in row
    assert subscription.auth not in row


def test_a_topic_that_is_not_wanted_on_devices_does_not_come(person, desk, push, say):
    add(person, desk.subscribe())
    Choice.objects.create(user_id=person.pk, topic="TRIPS", channel="PUSH", is_wanted=False)

    say("k1")

    assert push.given == []


def test_a_device_that_is_gone_is_forgotten_and_never_asked_again(person, desk, push, say):
    add(person, desk.subscribe())
    push.gone = True

    say("k1")

    assert Device.objects.count() == 0
    assert Delivery.objects.get(channel="PUSH").state == State.FAILED
    push.gone = False
    say("k2")
    assert push.given == []


def test_the_same_browser_again_is_one_device_and_belongs_to_who_was_there_last(person, desk):
    subscription = desk.subscribe()
    first, again = add(person, subscription), add(person, subscription)
    other = TouristFactory()

    moved = add(other, subscription)

    assert first.pk == again.pk == moved.pk
    assert Device.objects.get().user_id == other.pk


def test_nobody_has_more_than_ten(person, desk):
    devices = [
        add(person, desk.subscribe(), at=AT + timedelta(minutes=number)) for number in range(11)
    ]

    kept = set(Device.objects.values_list("pk", flat=True))
    assert kept == {device.pk for device in devices[1:]}


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.net/x", "https://127.0.0.1/x", "https://localhost/x", "javascript:x",
        "https://push.example.net:8080/x", "http://127.0.0.1:10/x", "https://x.example/" + "x" * 1000,
    ],
)  # fmt: skip
def test_an_address_inside_or_of_another_kind_is_refused(person, desk, endpoint):
    keys = desk.subscribe()

    with pytest.raises(operations.BadDevice):
        add(person, Subscription(endpoint, keys.p256dh, keys.auth))

    assert Device.objects.count() == 0


@pytest.mark.parametrize(("p256dh", "auth"), [("AAAA", None), (None, "AAAA"), ("é", None)])
def test_keys_that_are_none_are_refused(person, desk, p256dh, auth):
    keys = desk.subscribe()

    with pytest.raises(operations.BadDevice):
        add(person, Subscription(keys.endpoint, p256dh or keys.p256dh, auth or keys.auth))

    assert Device.objects.count() == 0


def test_where_nothing_can_send_no_device_is_kept(person, boxes):
    with pytest.raises(operations.NoPush):
        add(person, Subscription(f"{SERVICE}/x", "a", "b"))


def test_a_device_is_switched_on_and_off_by_forms(person, desk, push, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)
    client = enter(person)
    settings_page = reverse("messages:settings")
    subscription = desk.subscribe()
    form = {name: getattr(subscription, name) for name in ("endpoint", "p256dh", "auth")}

    assert 'data-module="push"' in client.get(settings_page).content.decode()
    client.post(reverse("messages:device"), form, headers={"User-Agent": "Android Chrome/140"})
    assert "Chrome · Android" in client.get(settings_page).content.decode()

    device = Device.objects.get()
    off = reverse("messages:forget-device", args=[device.pk])
    other = TouristFactory()
    client = enter(other)
    assert client.post(off).status_code == 404
    assert Device.objects.count() == 1

    client = enter(person)
    assert client.post(off).status_code == 302
    assert Device.objects.count() == 0
    assert client.post(off).status_code == 404


def test_what_waits_for_a_device_that_is_switched_off_is_not_sent(person, desk, push):
    device = add(person, desk.subscribe())
    operations.tell([Note("test.trip", "k1", {"name": "Wang"}, user_id=person.pk)], at=AT)

    operations.forget_device(user_id=person.pk, device_id=device.pk)
    operations.deliver_due(at=AT)

    assert push.given == []
    assert Delivery.objects.get(channel="PUSH").state == State.DROPPED


def test_a_browser_that_has_not_agreed_says_so(person, push):
    client = enter(person)

    answer = client.post(reverse("messages:device"), {"endpoint": ""}, follow=True)

    assert Device.objects.count() == 0
    assert answer.status_code == 200
