"""Parked events are a queue in the back office: seen with their failure, started again by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel.outbox import operations as outbox
from kernel.outbox.models import Event
from tests import cast
from tests.factories.kernel import RegionFactory
from tests.kernel.outbox.conftest import Hearer, record

pytestmark = pytest.mark.django_db

LIST = "/en/ops/kernel_outbox/event/"


@pytest.fixture
def people():
    return cast.assemble(RegionFactory())


@pytest.fixture
def parked(hears, at):
    """An event whose handler failed so often that it waits for a person, and one that is done."""
    record("done", name="tests.thing.ignored")
    heard = hears(Hearer(failures=outbox.MAX_TRIES))
    record("bad")
    while Event.objects.get(key="bad").parked_at is None:
        outbox.drain(at=at)
        at += timedelta(minutes=10)
    return heard


def test_the_queue_shows_what_is_parked_and_why(people, parked):
    browser = cast.enter(people.he_ping)

    page = browser.get(LIST, {"state": "parked"}).content.decode()
    story = browser.get(f"{LIST}{Event.objects.get(key='bad').pk}/change/").content.decode()

    assert "bad" in page
    assert (
        "tests.thing.ignored" not in page.partition('id="result_list"')[2].partition("</table")[0]
    )
    assert "ConnectionError" in story


def test_an_event_is_started_again_from_the_list(people, parked, at):
    everything = list(Event.objects.values_list("pk", flat=True))

    answer = cast.enter(people.he_ping).post(
        LIST, {"action": "start_again", "_selected_action": everything}
    )
    outbox.drain(at=at + timedelta(days=1))

    assert answer.status_code == 302
    assert parked.keys == ["bad"]
    assert not Event.objects.filter(done_at__isnull=True).exists()
    assert Event.objects.get(key="done").done_at == at


@pytest.mark.parametrize("who", ["li_wei", "qian_bo", "zhao_min", "wang_fang"])
def test_nobody_but_the_platform_starts_anything(people, parked, at, who):
    bad = Event.objects.get(key="bad")

    answer = cast.enter(getattr(people, who)).post(
        LIST, {"action": "start_again", "_selected_action": [bad.pk]}
    )

    assert answer.status_code in (302, 403, 404)
    assert Event.objects.get(key="bad").parked_at is not None
    assert parked.keys == []
