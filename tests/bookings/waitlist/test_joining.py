"""Joining: told at once what stands against it; one place a real person; the tries are noted."""

from __future__ import annotations

import pytest

from bookings.inventory.models import Bucket
from bookings.waitlist import operations as waitlist
from bookings.waitlist import queries
from bookings.waitlist.models import Entry, Try, Waiter
from kernel.errors import NotFound
from tests.bookings.samples import GoneBy, HoldsOne
from tests.bookings.waitlist.conftest import PRICE, Line, states
from tests.factories.accounts import make_traveller

pytestmark = pytest.mark.django_db


@pytest.fixture
def named(line: Line, sellers) -> Line:
    """The seller asks for everybody's name."""
    sellers["plain"].needs_names = True
    return line


def somebody(line: Line, owner: str = "guest:family", **changed):
    person = make_traveller(owner)
    return person, {"actor": owner, "party": (("", person.pk),), **changed}


def test_the_same_request_again_is_the_same_entry(line):
    request = line.request(2)

    first, again = (waitlist.join(request, at=line.now) for _twice in range(2))

    assert first.pk == again.pk
    assert Entry.objects.count() == 1


def test_sixty_tries_with_one_document_are_one_place_and_stand_in_the_risk_list(named):
    person, wish = somebody(named)
    named.join(1, **wish)

    for _time in range(60):
        with pytest.raises(waitlist.AlreadyWaiting):
            named.join(1, **wish)

    assert (Entry.objects.count(), Waiter.objects.count()) == (1, 1)
    assert Try.objects.values_list("times", "actor").get() == (60, "guest:family")
    assert Try.objects.get().identity == person.document_index


def test_another_account_with_the_same_document_has_no_second_place(named):
    person, wish = somebody(named)
    named.join(1, **wish)
    twin = make_traveller("guest:other")
    assert twin.document_index == person.document_index

    with pytest.raises(waitlist.AlreadyWaiting):
        named.join(1, actor="guest:other", party=(("", twin.pk),))

    assert Entry.objects.count() == 1


def test_somebody_else_s_traveller_is_nobody(named):
    stranger = make_traveller("guest:stranger")

    with pytest.raises(waitlist.WaitNames):
        named.join(1, actor="guest:family", party=(("", stranger.pk),))

    assert Entry.objects.count() == 0


def test_who_holds_one_of_that_day_is_told_at_joining(named, sellers):
    person, wish = somebody(named)
    sellers["plain"].holders = {person.document_index}

    with pytest.raises(HoldsOne):
        named.join(1, **wish)

    assert (Entry.objects.count(), Bucket.objects.filter(is_awaited=True).count()) == (0, 0)


def test_who_got_one_elsewhere_meanwhile_is_passed_over_and_reads_why(named, sellers):
    person, wish = somebody(named)
    entry = named.join(1, **wish)
    sellers["plain"].holders = {person.document_index}

    named.free(1)
    named.serve()

    assert states(entry) == ["WAITING"]
    assert [passing.words for passing in queries.passings(entry)] == [HoldsOne().reason]


def test_without_names_one_phone_has_one_place(line):
    line.join(2, contact="16100000009")

    with pytest.raises(waitlist.AlreadyWaiting):
        line.join(1, contact="16100000009")

    assert Entry.objects.count() == 1


def test_who_has_left_frees_the_place_for_their_person(named):
    _person, wish = somebody(named)
    entry = named.join(1, **wish)
    waitlist.leave(entry=entry, at=named.now)

    assert states(named.join(1, **wish)) == ["WAITING"]


def test_a_limit_below_today_s_price_is_refused(line):
    with pytest.raises(waitlist.TooLow) as refused:
        line.join(2, limit_fen=2 * PRICE - 1)

    assert refused.value.facts == {"total_fen": 2 * PRICE}
    assert Entry.objects.count() == 0


def test_no_more_than_ten_lists_for_one_buyer(line):
    for _list in range(10):
        line.join(1, actor="guest:one")

    with pytest.raises(waitlist.WaitTooMany):
        line.join(1, actor="guest:one")

    assert Entry.objects.count() == 10


@pytest.mark.parametrize("refs", [(), ("same", "same"), tuple(map(str, range(13)))])
def test_one_to_twelve_different_wishes(line, refs):
    with pytest.raises(waitlist.OtherSellers):
        waitlist.join(line.request(1, refs=refs), at=line.now)


def test_what_is_not_sold_is_not_waited_for(line, sellers):
    sellers["plain"].gone = {line.ref()}

    with pytest.raises(GoneBy):
        line.join(1)


def test_an_entry_is_found_by_its_own_buyer_only(line):
    entry = line.join(1, actor="guest:mine")

    assert queries.get(entry.pk, actors=["guest:mine"]) == entry
    with pytest.raises(NotFound):
        queries.get(entry.pk, actors=["guest:other"])


def test_ranks_and_lengths(line):
    first, second, third = line.join(4), line.join(1), line.join(2)
    waitlist.leave(entry=second, at=line.now)

    assert [queries.rank(entry) for entry in (first, third)] == [1, 2]
    assert queries.lengths([line.bucket]) == {line.bucket: 2}
