"""The page of a post: which way, how many, what else they have; and the chief takes a scan back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.urls import reverse

from accounts.organisations.models import Organisation, Role
from bookings.codes import operations as issuers
from bookings.vouchers import posts
from bookings.vouchers.models import Pass, Redemption, TurnedAway, Voucher
from kernel import clock
from tests.bookings.vouchers.conftest import INSIDE, sell
from tests.cast import enter
from tests.factories.accounts import MembershipFactory, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: INSIDE)


class Door:
    """One post of the sample seller, and its page in somebody's browser."""

    def __init__(self, post) -> None:
        self.post, self.number = post, 0

    def __call__(self, **_asked):
        return [self.post]

    def open_as(self, role: Role, organisation_id: int | None = None):
        house = Organisation.objects.get(pk=organisation_id or self.post.organisation_id)
        user = UserFactory()
        MembershipFactory(user=user, organisation=house, role=role)
        self.client = enter(user)
        return self

    def address(self, name="scan", *args) -> str:
        return reverse(f"scan:{name}", args=[self.post.key, *args])

    def scan(self, code, *, way="", **form):
        self.number += 1
        sent = {"code": code, "request_key": f"request-{self.number}", **form}
        return self.client.post(self.address() + (f"?way={way}" if way else ""), sent)


@pytest.fixture
def door(post):
    made = Door(replace(post, door="north"))
    posts.register(made, label="sample door")
    yield made.open_as(Role.GATE)
    posts.unregister("sample door")


def test_in_and_out_by_the_switch(door, carrier):
    came = door.scan(carrier.short_code)
    left = door.scan(carrier.short_code, way="OUT")

    assert (came.context["tone"], came.context["word"]) == ("in", "IN")
    assert (left.context["tone"], left.context["word"]) == ("in", "OUT")
    assert list(Redemption.objects.order_by("pk").values_list("direction", "door")) == [
        ("IN", "north"),
        ("OUT", "north"),
    ]


def test_of_a_family_it_asks_how_many_and_lets_in_three_and_then_two(door, shop, sellers, at):
    family = Pass.objects.get(order=sell(shop, at, persons=5))
    door.post = replace(door.post, organisation_id=sellers["plain"].supplier_id)
    door.open_as(Role.GATE)

    asked = door.scan(family.short_code)
    assert list(asked.context["numbers"]) == [1, 2, 3, 4, 5]
    assert (Redemption.objects.count(), TurnedAway.objects.count()) == (0, 0)

    three = door.scan(family.short_code, persons="3", sure="1")
    assert three.context["count"] == "3 people"
    assert list(door.scan(family.short_code).context["numbers"]) == [1, 2]
    assert door.scan(family.short_code, persons="2").context["count"] == "2 people"
    assert Redemption.objects.count() == 5


@pytest.mark.parametrize("persons", ["0", "-1", "100", "x", "９", "01" + "0" * 5000])
def test_a_number_of_people_that_cannot_be_is_refused(door, carrier, persons):
    assert door.scan(carrier.short_code, persons=persons).context["tone"] == "stop"
    assert Redemption.objects.count() == 0


def test_what_else_they_have_is_shown(door, carrier):
    Voucher.objects.update(extras=[{"zh-hans": "语音导览 × 2"}, {"zh-hans": "轮椅"}])

    page = door.scan(carrier.short_code).content.decode()

    assert "语音导览 × 2" in page
    assert "轮椅" in page


def test_a_post_that_asks_first_lets_in_when_it_is_confirmed(door, carrier):
    door.post = replace(door.post, asks_first=True)

    shown = door.scan(carrier.short_code)
    assert (shown.context["tone"], shown.context["asks"]) == ("check", True)
    assert Redemption.objects.count() == 0

    done = door.scan(carrier.short_code, sure="1", persons="1")
    assert done.context["tone"] == "in"
    assert Redemption.objects.count() == 1


def test_six_digits_let_in_and_are_kept_as_such(door, carrier):
    digits = issuers.make_digits(serial=carrier.serial, last_day=carrier.last_day, at=INSIDE)

    assert door.scan(digits).context["tone"] == "in"
    assert Redemption.objects.get().fallback == "DIGITS"


def test_who_is_chosen_from_the_list_is_kept_as_such(door, carrier):
    listed = door.client.get(door.address("list"), {"q": carrier.short_code.lower()})
    assert f"?who={carrier.short_code}" in listed.content.decode()

    door.scan(carrier.short_code, fallback="LIST")
    assert Redemption.objects.get().fallback == "LIST"


def test_the_list_is_searched_by_name_and_end_of_the_document(door, carrier):
    Pass.objects.update(holder="王芳", document_tail="123X")

    def found(words):
        return len(door.client.get(door.address("list"), {"q": words}).context["page"].rows)

    assert [found(words) for words in ("王", "123x", "23X", "李", "")] == [1, 1, 0, 0, 1]


class TestUndo:
    """Only the chief, only of the own house."""

    @pytest.fixture
    def passage(self, door, carrier) -> Redemption:
        door.scan(carrier.short_code)
        return Redemption.objects.get()

    def undo(self, door, passage, reason="The wrong family"):
        return door.client.post(door.address("undo", passage.pk), {"reason": reason})

    def test_the_chief_takes_it_back(self, door, passage):
        door.open_as(Role.OPERATOR)

        assert self.undo(door, passage).status_code == 302
        assert Voucher.objects.get().entries_used == 0

    @pytest.mark.parametrize(
        ("role", "is_own", "reason", "status"),
        [
            (Role.GATE, True, "why", 403),
            (Role.DRIVER, True, "why", 403),
            (Role.ADMIN, False, "why", 404),
            (Role.ADMIN, True, "", 400),
        ],
    )
    def test_others_do_not(self, door, passage, role, is_own, reason, status):
        door.open_as(role, None if is_own else OrganisationFactory().pk)

        assert self.undo(door, passage, reason).status_code == status
        assert Voucher.objects.get().entries_used == 1

    def test_only_the_chief_is_offered_it(self, door, passage, carrier):
        assert "undo/" not in door.scan(carrier.short_code).content.decode()
        Voucher.objects.update(rule="FREE", state="ACTIVE")

        chief = door.open_as(Role.ADMIN).scan(carrier.short_code)

        assert "undo/" in chief.content.decode()
