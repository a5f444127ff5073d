"""Another vehicle for a run for which many wait: proposed, accepted, and the list served in its order."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest

from accounts.identity.models import User
from bookings.inventory import queries as inventory
from bookings.tabs.models import Member as TabMember
from bookings.tabs.models import Tab
from bookings.waitlist import operations as waitlist
from bookings.waitlist.models import Entry
from kernel.audit.models import Entry as Audited
from kernel.outbox import operations as outbox
from tests.factories.accounts import TouristFactory, make_traveller
from tests.transport.lines.conftest import AT, FARE
from transport.lines import operations as lines
from transport.lines.models import Relief, ReliefState, Run, ShuttleLine

SEATS = 2
DAYS = itertools.count()


@pytest.fixture
def full(line: ShuttleLine, run: Run, sell) -> Run:
    """A run of two seats that are sold; three who wait are enough for another vehicle of two seats."""
    line.seats, line.relief_from = SEATS, 3
    line.save()
    lines.set_seats(run=run, seats=SEATS, actor="user:1", at=AT)
    sell(run, SEATS)
    return run


def wait(run: Run, people: int) -> Entry:
    """A party in the list of a run, who pay from a tab when their turn comes."""
    who: User = TouristFactory()
    tab = Tab.objects.create(name=f"{who.pk}", region=run.line.region, limit_fen=10_000_000)
    TabMember.objects.create(tab=tab, user=who)
    travellers = [
        make_traveller(who.actor, born=date(1981, 1, 1) + timedelta(days=next(DAYS))).pk
        for _one in range(people)
    ]
    return waitlist.join(
        waitlist.JoinRequest(
            actor=who.actor, user_id=who.pk, request_key="k", region=run.line.region,
            kind="shuttle", refs=(f"{run.pk}:0:2",), party=tuple(("", t) for t in travellers),
            limit_fen=FARE * people, language="en", contact=f"1610{who.pk:07}", pay_by="tab",
        ),
        at=AT,
    )  # fmt: skip


def left(run: Run) -> list[int]:
    found = inventory.counts(run.segments)
    return [found[bucket][0] for bucket in run.segments]


def state(entry: Entry) -> str:
    entry.refresh_from_db()
    return str(entry.state)


def test_it_is_proposed_once_enough_people_wait_and_not_again(full):
    wait(full, 2)
    assert lines.propose_relief(at=AT) == 0

    wait(full, 1)

    assert [lines.propose_relief(at=AT) for _again in range(2)] == [1, 0]
    proposed = Relief.objects.get()
    assert (proposed.run, proposed.waiting, proposed.state) == (full, 3, ReliefState.PROPOSED)


def test_accepted_the_list_is_served_in_its_order_and_never_beyond_the_seats(full):
    entries = [wait(full, people) for people in (1, 2, 1)]
    lines.propose_relief(at=AT)

    lines.accept_relief(relief_id=Relief.objects.get().pk, actor="user:9", at=AT)
    waitlist.serve(region_id=full.line.region_id, owner="w", at=AT)
    for _round in range(4):
        outbox.drain(at=AT)

    full.refresh_from_db()
    assert (full.vehicles, left(full)) == (2, [2 * SEATS, 2 * SEATS])
    assert [state(entry) for entry in entries] == ["WON", "WAITING", "WON"]
    assert Audited.objects.get(action="lines.accept-relief").actor == "user:9"


def test_it_is_decided_once(full):
    wait(full, 3)
    lines.propose_relief(at=AT)
    relief = Relief.objects.get()
    lines.accept_relief(relief_id=relief.pk, actor="user:9", at=AT)

    for verb in (lines.accept_relief, lines.decline_relief):
        with pytest.raises(lines.NotProposed):
            verb(relief_id=relief.pk, actor="user:8", at=AT)

    relief.refresh_from_db()
    assert (relief.state, relief.decided_by, left(full)) == ("ACCEPTED", "user:9", [4, 4])


def test_declined_it_comes_again_only_with_many_more(full):
    wait(full, 3)
    lines.propose_relief(at=AT)
    lines.decline_relief(relief_id=Relief.objects.get().pk, actor="user:9", at=AT)

    wait(full, 2)
    assert lines.propose_relief(at=AT) == 0
    wait(full, 1)

    assert lines.propose_relief(at=AT) == 1
    assert left(full) == [SEATS, SEATS]


def test_nothing_is_proposed_for_what_has_left_is_cancelled_or_wants_none(full):
    wait(full, 3)

    assert lines.propose_relief(at=full.departs_at + timedelta(seconds=1)) == 0
    ShuttleLine.objects.update(relief_from=0)
    assert lines.propose_relief(at=AT) == 0
    ShuttleLine.objects.update(relief_from=1)
    lines.cancel_run(run=full, actor="user:1", at=AT)
    assert lines.propose_relief(at=AT) == 0


def test_a_run_that_was_cancelled_meanwhile_gets_no_vehicle(full):
    wait(full, 3)
    lines.propose_relief(at=AT)
    lines.cancel_run(run=full, actor="user:1", at=AT)

    with pytest.raises(lines.NotProposed):
        lines.accept_relief(relief_id=Relief.objects.get().pk, actor="user:9", at=AT)

    assert (Relief.objects.get().state, left(full)) == ("PROPOSED", [SEATS, SEATS])
