"""F73: every way around the line. Passes forged, shared, replayed, old, or of another sale."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.signing import Signer

from bookings.contracts import Ask, Member
from bookings.inventory import queries as inventory
from bookings.orders.models import Order
from bookings.waiting import operations as line
from bookings.waiting import queries
from bookings.waiting.models import Sale, Turn
from kernel import clock
from tests.bookings.waiting.conftest import make_sale
from tests.bookings.waiting.door.conftest import JSON, Visitor, call_everybody
from tests.cast import enter
from tests.factories.accounts import OrganisationFactory

pytestmark = pytest.mark.django_db


def steal(inside: Visitor, thief: Visitor, name: str) -> None:
    thief.browser.cookies[name] = inside.browser.cookies[name].value


def replayed(inside, thief, sale):
    """The pass again, after the order that it was for."""
    assert inside.order("the-first-one").status_code == 201
    return inside.order("one-more-order")


def another_tab(inside, thief, sale):
    """Two browsers of one account, one pass: the second order."""
    other = enter(inside.user)
    other.cookies.load({n: m.value for n, m in inside.browser.cookies.items() if "pass" in n})
    assert inside.order("the-first-one").status_code == 201
    return inside.order("one-more-order", browser=other)


def shared(inside, thief, sale):
    """Another account shows the pass."""
    steal(inside, thief, f"pass-{sale.pk}")
    return thief.order()


def shared_number(inside, thief, sale):
    """Another account comes in with the number of somebody who is called."""
    steal(inside, thief, f"line-{sale.pk}")
    thief.come_in(sale)
    return thief.order()


def number_as_pass(inside, thief, sale):
    """The signed number where the pass should be."""
    thief.join(sale)
    own = thief.browser.cookies[f"line-{sale.pk}"].value
    thief.browser.cookies[f"pass-{sale.pk}"] = own
    return thief.order()


def of_another_sale(inside, thief, sale):
    """A pass that is good, for another sale."""
    other = make_sale(
        thief.region, OrganisationFactory(region=thief.region).pk, opens_at=sale.opens_at
    )
    thief.join(other)
    call_everybody(other)
    assert thief.come_in(other).status_code == 302
    thief.browser.cookies[f"pass-{sale.pk}"] = thief.browser.cookies[f"pass-{other.pk}"].value
    return thief.order()


def called_but_outside(inside, thief, sale):
    """Called, but not come in: no pass yet."""
    thief.join(sale)
    call_everybody(sale)
    return thief.order()


def expired(inside, thief, sale):
    """The pass after its time."""
    Turn.objects.update(pass_until=clock.now() - timedelta(seconds=1))
    return inside.order()


def left(inside, thief, sale):
    """The pass of somebody who gave up the place."""
    pass_ = inside.browser.cookies[f"pass-{sale.pk}"].value
    inside.browser.post(inside.at(sale, "leave/"))
    inside.browser.cookies[f"pass-{sale.pk}"] = pass_
    return inside.order()


def signed_by_another_key(inside, thief, sale):
    """A pass made under another key."""
    signer = Signer(key="guess", salt=f"bookings.waiting.pass:{sale.pk}:{thief.user.actor}")
    thief.browser.cookies[f"pass-{sale.pk}"] = signer.sign("1")
    return thief.order()


def well_signed_without_a_row(inside, thief, sale):
    """Even the true signature opens nothing where no row says so."""
    signer = Signer(salt=f"bookings.waiting.pass:{sale.pk}:{thief.user.actor}")
    thief.browser.cookies[f"pass-{sale.pk}"] = signer.sign("1")
    return thief.order()


def row_without_signature(inside, thief, sale):
    """A browser of the person's own, without the pass."""
    return inside.order(browser=enter(inside.user))


def before_the_opening(inside, thief, sale):
    """In line, and impatient."""
    soon = clock.now() + timedelta(minutes=1)
    Sale.objects.update(opens_at=soon, gathers_at=clock.now() - timedelta(minutes=1), early=None)
    thief.join(sale)
    thief.come_in(sale)
    return thief.order()


def ahead_of_turn(inside, thief, sale):
    """In line behind others."""
    thief.join(sale)
    Sale.objects.update(is_paused=True)
    thief.come_in(sale)
    return thief.order()


def twice_in_one(inside, thief, sale):
    """Names of another's places in one's own form change nothing."""
    steal(inside, thief, f"pass-{sale.pk}")
    return thief.browser.post(
        thief.now, {**thief.form(), "person": inside.user.actor, "pass": "1"}, headers=JSON
    )


CORPUS = [
    replayed, another_tab, shared, shared_number, number_as_pass, of_another_sale,
    called_but_outside, expired, left, signed_by_another_key, well_signed_without_a_row,
    row_without_signature, before_the_opening, ahead_of_turn, twice_in_one,
]  # fmt: skip
WRONG = [
    "", "1", ":", "1:", ":x", "1:1:1", "-1:AAAA", "9" * 200, "1:" + "A" * 43, "%00", "ö:ö",
    "null", "true", '{"number": 1}', "1;1", "../1",
]  # fmt: skip


@pytest.fixture
def thief(region, inside) -> Visitor:
    return Visitor(region, inside.bucket)


@pytest.mark.parametrize("way", CORPUS, ids=lambda way: way.__name__)
def test_no_way_around_the_line(way, inside, thief, sale):
    answer = way(inside, thief, sale)

    placed = Order.objects.count()
    assert (answer.status_code, answer.json()["code"]) == (429, "wait_in_line")
    assert placed == (1 if way in (replayed, another_tab) else 0)
    assert inventory.left([inside.bucket]) == {inside.bucket: 5 - placed}


@pytest.mark.parametrize("text", WRONG)
@pytest.mark.parametrize("name", ["line", "pass"])
def test_what_is_no_token_says_nothing(visitor, sale, name, text):
    visitor.browser.cookies[f"{name}-{sale.pk}"] = text

    assert visitor.order().status_code == 429
    assert visitor.browser.get(visitor.at(sale, "state.json")).status_code == 404
    assert visitor.browser.get(visitor.at(sale)).status_code == 200
    assert not Turn.objects.exists()
    assert not Order.objects.exists()


def test_every_changed_letter_of_a_pass_breaks_it(inside, sale):
    name = f"pass-{sale.pk}"
    good = inside.browser.cookies[name].value

    for place in range(len(good)):
        letter = "A" if good[place] != "A" else "B"
        inside.browser.cookies[name] = good[:place] + letter + good[place + 1 :]
        assert inside.order().status_code == 429, place

    inside.browser.cookies[name] = good
    assert inside.order().status_code == 201


def test_scopes_are_known_by_what_is_asked_not_by_who_asks(sale, region, visitor):
    asks = [Ask("plain", f"{visitor.bucket}:1000", (Member("any"),)), Ask("nothing", "x")]

    assert queries.covering(region, asks, at=clock.now()) == [sale]
    assert queries.covering(region, asks[1:], at=clock.now()) == []


def test_the_time_inside_ends_by_the_row(inside, sale):
    turn = Turn.objects.get()
    Turn.objects.update(pass_until=turn.entered_at)

    page = inside.browser.get(inside.at(sale)).content.decode()

    assert "Take a place in line" in page
    with pytest.raises(line.TurnOver):
        line.enter(sale=sale, people=[inside.user.actor], at=clock.now())
