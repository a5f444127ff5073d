"""Fifty gates load the list of a morning: it is read once, and what changed since is never missing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bookings.codes import operations as issuers
from bookings.gates import bundle, tags
from bookings.gates.models import Incident
from bookings.gates.queries import rights
from bookings.orders.models import Line
from bookings.vouchers import operations as vouchers
from bookings.vouchers.models import Pass
from kernel.memo import Memo
from kernel.outbox import operations as outbox
from tests.bookings.gates.conftest import NOON, opened
from tests.bookings.gates.test_scans import alone, cancel
from tests.bookings.vouchers.conftest import sell
from tests.factories.accounts import OrganisationFactory

pytestmark = pytest.mark.django_db
SERIAL, FLAGS, SHOW, DOORS_IN, DOORS_OUT = 0, 6, 11, 12, 13


@pytest.fixture(autouse=True)
def remembers(settings, monkeypatch):
    """As the site runs; nothing of another test is remembered."""
    settings.QUANYU_MEMO = True
    monkeypatch.setattr(rights, "_listed", Memo(seconds=300, most=16))


@pytest.fixture
def readings(monkeypatch) -> list[str]:
    """How often the whole list was read."""
    made: list[str] = []
    read = rights._read
    monkeypatch.setattr(
        rights, "_read", lambda today, zones: (made.append(today.post.key), read(today, zones))[1]
    )
    return made


def ask(device, tag: str = ""):
    return device.ask("/gate/v1/bundle", headers={"If-None-Match": tag} if tag else {})


def said(raw: bytes) -> tuple[object, ...]:
    """What a list says, wherever its tables have their words."""
    head, rows = opened(raw)
    spelled = [
        (*row[:SHOW], str(head["show"][row[SHOW]]), str(head["doors"][row[DOORS_IN]]),
         str(head["doors"][row[DOORS_OUT]]), *row[DOORS_OUT + 1 :])
        for row in rows
    ]  # fmt: skip
    return spelled, head["dead"], head["rows"], head["zones"]


def fresh(device, settings) -> tuple[object, ...]:
    settings.QUANYU_MEMO = False
    answer = said(ask(device).content)
    settings.QUANYU_MEMO = True
    return answer


def test_fifty_gates_read_it_once(enrolled, carrier, readings):
    devices = [enrolled(number % 2) for number in range(4)]

    lists = [said(ask(device).content) for device in devices]

    assert lists == lists[:1] * 4
    assert len(readings) == 1


def cancelled(device, carrier, at):
    cancel(carrier.order, at)


def replaced(device, carrier, at):
    issuers.replace(serial=carrier.serial, last_day=carrier.last_day, actor="user:1", at=at)


def used(device, carrier, at):
    device.scan(seq=1, text=carrier.short_code)


def barred(device, carrier, at):
    device.scans([alone(1, carrier), alone(2, carrier)])
    assert Incident.objects.exists()


def moved(device, carrier, at):
    line = carrier.vouchers.get().line
    Line.objects.filter(pk=line.pk).update(moved_from=line.starts_at, moved_at=at)
    day = timedelta(days=1)
    vouchers.move(line=line, opens_at=line.starts_at + day, closes_at=line.ends_at + day, at=at)


CHANGES = [cancelled, replaced, used, barred, moved]


@pytest.mark.parametrize("published", [True, False], ids=["published", "not yet"])
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_what_has_changed_since_is_in_it_at_once(
    enrolled, carrier, shop, sellers, at, settings, readings, change, published
):
    """The same as read anew, and other than before; without another reading of the whole."""
    sell(shop, at)
    outbox.relay(at=at)
    early, late = enrolled(0), enrolled(0)
    before = said(ask(early).content)
    change(early, carrier, at)
    if published:
        outbox.relay(at=at)

    after = said(ask(late).content)

    assert len(readings) == 1
    assert after != before
    assert after == fresh(late, settings)


def test_who_is_sold_to_meanwhile_is_in_it(enrolled, carrier, shop, sellers, at, settings):
    outbox.relay(at=at)
    device = enrolled()
    ask(device)
    new = Pass.objects.get(order=sell(shop, at))

    _head, rows = opened(ask(device).content)

    assert tags.serial_hash(new.serial.bytes) in {row[SERIAL] for row in rows}
    assert said(ask(device).content) == fresh(device, settings)


def test_without_the_changes_since_a_cancelled_one_would_come_in_twin(
    enrolled, carrier, at, monkeypatch
):
    outbox.relay(at=at)
    device = enrolled()
    ask(device)
    cancel(carrier.order, at)
    monkeypatch.setattr(rights, "_brought_up", lambda _today, known, _zones: known.packed)

    [row] = opened(ask(device).content)[1]

    assert not row[FLAGS] & bundle.VOID


def test_a_list_that_says_the_same_is_not_sent_again(enrolled, carrier, shop, sellers, at, now):
    outbox.relay(at=at)
    device = enrolled()
    ask(device)  # the first signature makes the key that the next list names
    first = ask(device)
    outbox.record(name="test.elsewhere", key="e", facts={"order_id": 0}, at=at)
    outbox.relay(at=at)
    now["at"] = NOON + timedelta(minutes=1)

    again = ask(device, first["ETag"])

    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert int(again["X-Gate-Cursor"]) > opened(first.content)[0]["cursor"]
    cancel(carrier.order, at)
    changed = ask(device, first["ETag"])
    assert changed.status_code == 200
    assert opened(changed.content)[1][0][FLAGS] & bundle.VOID


def test_what_another_house_replaced_is_none_of_its_business(enrolled, carrier, shop, sellers, at):
    own, strange = (Pass.objects.get(order=sell(shop, at)) for _pass in range(2))
    other = OrganisationFactory(region=shop.region)
    Line.objects.filter(order=strange.order).update(supplier=other)
    for each in (own, strange):
        each.vouchers.update(zone="plain:elsewhere")
        issuers.replace(serial=each.serial, last_day=each.last_day, actor="user:1", at=at)

    head, _rows = opened(ask(enrolled()).content)

    assert head["dead"] == {tags.serial_hash(own.serial.bytes).hex(): 1}
