"""Operators' hands: only on their own rows, counts by actions only, refusals shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from accounts.identity import sessions
from accounts.organisations.models import Role
from bookings.inventory import queries as counts
from bookings.orders import operations as orders
from kernel import clock
from kernel.audit.models import Entry
from portal.backoffice.site import BackOffice
from tests.factories.accounts import MembershipFactory
from tests.factories.tourism import (
    CablewayFactory,
    ProductFactory,
    ScenicAreaFactory,
    SlotPatternFactory,
    ask_for,
    person,
    ride_product,
    slot_on,
)
from tests.tourism.conftest import AT, VISIT, wish
from tourism.areas.models import Gate, Notice, ScenicArea
from tourism.tickets import operations
from tourism.tickets.models import EntryDay, PriceRule, Product, Slot
from tourism.tickets.overview import overview

pytestmark = pytest.mark.django_db

Enter = Callable[[int], Client]


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def enter(monkeypatch, client) -> Enter:
    """A browser in which an operator of an organisation has signed in with both factors."""

    def as_operator_of(organisation_id: int) -> Client:
        member = MembershipFactory(
            organisation_id=organisation_id, role=Role.OPERATOR, user__is_staff=True
        )
        monkeypatch.setattr(sessions, "live_user", lambda _request: member.user)
        monkeypatch.setattr(BackOffice, "has_permission", lambda _site, _request: True)
        return client

    return as_operator_of


@pytest.fixture
def desk(enter, product) -> Client:
    return enter(product.area.organisation_id)


def page(model: type, name: str = "changelist", *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def act(client: Client, action: str, *rows: object, **more: object) -> list[str]:
    """Run an action on rows; what the page said."""
    data = {"action": action, "_selected_action": [row.pk for row in rows], **more}
    response = client.post(page(type(rows[0])), data)
    assert response.status_code in (200, 302), response.status_code
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.mark.parametrize("model", [ScenicArea, Product, EntryDay, Slot])
def test_lists_show_own_rows_only(desk, slot, model):
    other = slot_on(ProductFactory(), VISIT, time(9))

    html = desk.get(page(model)).content.decode()

    assert slot.product.area.name in html
    assert other.product.area.name not in html


def test_a_row_of_another_organisation_cannot_be_opened_or_acted_on(desk, slot):
    other = slot_on(ProductFactory(), VISIT, time(9))

    assert desk.get(page(Product, "change", other.product.pk)).status_code == 302
    act(desk, "close", other)

    other.refresh_from_db()
    assert other.is_open is True


@pytest.mark.parametrize("model", [ScenicArea, Product])
def test_own_rows_open_for_change(desk, product, model):
    row = product if model is Product else product.area

    assert desk.get(page(model, "change", row.pk)).status_code == 200


def test_counts_are_no_fields(desk, slot):
    html = desk.get(page(Slot, "change", slot.pk)).content.decode()

    assert "<input" not in html or 'name="is_open"' not in html
    assert desk.get(page(Slot, "add")).status_code == 403
    assert desk.get(page(EntryDay, "add")).status_code == 403


def test_ninety_days_are_shown_first_and_created_in_one_action(desk, product):
    SlotPatternFactory(product=product)

    act(desk, "create_90_days", product)
    assert not Slot.objects.exists()
    said = act(desk, "create_90_days", product, first="2026-09-20", last="2026-12-18", make="1")

    assert Slot.objects.filter(product=product).count() == 90
    assert said == ["90 days and 90 entry times made."]


def test_the_preview_counts_what_is_missing_for_the_days_asked_for(desk, product, slot):
    data = {
        "action": "create_90_days", "_selected_action": [product.pk], "preview": "1",
        "first": str(VISIT), "last": str(VISIT + timedelta(days=4)),
    }  # fmt: skip

    answer = desk.post(page(Product), data)

    [planned] = answer.context["planned"]
    assert (planned.days, planned.slots, planned.there, planned.missing) == (5, 5, 1, 4)
    assert Slot.objects.count() == 1


@pytest.mark.parametrize("last", ["2026-09-19", "2028-01-01", "x"])
def test_days_that_are_no_span_make_nothing(desk, product, last):
    SlotPatternFactory(product=product)

    act(desk, "create_90_days", product, first="2026-09-20", last=last, make="1")

    assert not Slot.objects.exists()


def test_patterns_are_applied_again_by_an_action(desk, product, slot):
    product.patterns.update(permille=200)

    act(desk, "follow_patterns", product)

    assert counts.counts([slot.bucket_id])[slot.bucket_id] == (20, 0)


def test_the_places_of_an_entry_time_are_set_by_an_action(desk, slot):
    said = act(desk, "set_places", slot, capacity="33")

    assert said == ["1 is set by hand now: patterns leave it alone."]
    slot.refresh_from_db()
    assert counts.counts([slot.bucket_id])[slot.bucket_id] == (33, 0)
    assert slot.is_override is True
    assert Entry.objects.get().action == "tickets.slot.set"


def test_shrinking_below_what_is_sold_shows_the_orders(desk, slot):
    order = orders.place(wish(ask_for(slot, person(1)), total_fen=19_000), at=AT)

    [said] = act(desk, "set_places", slot, capacity="0")

    assert order.code in said
    assert counts.counts([slot.bucket_id])[slot.bucket_id] == (50, 1)


@pytest.mark.parametrize("typed", ["", "-1", "x", "1e9", "٣x", "99999999999"])
def test_a_number_that_cannot_be_read_changes_nothing(desk, slot, typed):
    said = act(desk, "set_places", slot, capacity=typed)

    assert said == ["Please type the number of places beside the action."]
    assert counts.counts([slot.bucket_id])[slot.bucket_id] == (50, 0)
    assert not Entry.objects.exists()


def test_the_places_of_a_day_are_set_by_an_action(desk, slot):
    said = act(desk, "set_places", slot.day, capacity="60")

    assert said == ["1 is set by hand now: patterns leave it alone."]
    assert counts.counts([slot.day.bucket_id])[slot.day.bucket_id] == (60, 0)


def test_an_entry_time_is_closed_and_opened_by_actions(desk, slot):
    act(desk, "close", slot)
    assert Slot.objects.get().is_open is False

    act(desk, "open", slot)
    assert Slot.objects.get().is_open is True


def test_confirming_is_an_action_and_audited(desk, product):
    act(desk, "confirm_rows", product)

    product.refresh_from_db()
    assert product.is_sample is False
    assert Entry.objects.get().action == "tourism_tickets.confirmed"


def test_a_notice_is_saved_without_markup(desk, product):
    starts = AT + timedelta(hours=1)
    data = {
        "area": product.area_id,
        "urgency": "WARNING",
        "title_zh": "<b>大风</b>",
        "title_en": "Wind<script>alert(1)</script>",
        "body_zh": "",
        "body_en": "",
        "valid_from_0": f"{starts:%Y-%m-%d}",
        "valid_from_1": f"{starts:%H:%M}",
        "valid_until_0": "",
        "valid_until_1": "",
    }

    response = desk.post(page(Notice, "add"), data)

    assert response.status_code == 302
    notice = Notice.objects.get()
    assert (notice.title_zh, notice.title_en) == ("大风", "Wind")


def test_a_notice_for_another_organisations_area_is_refused(desk, product):
    other = ScenicAreaFactory()
    data = {"area": other.pk, "urgency": "INFO", "title_zh": "x", "title_en": "x"}

    response = desk.post(page(Notice, "add"), data)

    assert response.status_code == 200
    assert not Notice.objects.exists()


def test_operators_neither_add_nor_delete_areas_gates_and_products(desk, product):
    Gate.objects.create(area=product.area, place=product.area.place, slug="a", name_zh="门")

    for model in (ScenicArea, Product, Gate):
        row = model.objects.first()
        assert desk.get(page(model, "add")).status_code == 403
        assert desk.post(page(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert (ScenicArea.objects.count(), Product.objects.count()) == (1, 1)


def test_a_price_rule_is_edited_in_the_product(desk, product):
    html = desk.get(page(Product, "change", product.pk)).content.decode()

    assert "price_rules-TOTAL_FORMS" in html
    assert not PriceRule.objects.exists()


def sold(slot, *people):
    return orders.place(wish(ask_for(slot, *people), total_fen=19_000 * len(people)), at=AT)


def test_moving_shows_how_many_it_concerns_before_it_is_done(desk, slot):
    sold(slot, person(1), person(2))

    html = desk.get(page(Slot, "move", slot.pk)).content.decode()

    assert "1 order with 2 places holds it now." in html
    assert 'value="08:00' in html


def test_an_entry_time_is_moved_once_it_was_seen_how_many_hold_it(desk, slot):
    sold(slot, person(1))
    before = slot.starts_at
    form = {"starts": "10:00", "ends": "13:00"}

    desk.post(page(Slot, "move", slot.pk), {**form, "seen": "0:0"})
    slot.refresh_from_db()
    assert slot.starts_at == before

    answer = desk.post(page(Slot, "move", slot.pk), {**form, "seen": "1:1"})
    assert answer.status_code == 302
    slot.refresh_from_db()
    assert slot.starts_at == before + timedelta(hours=2)


def test_a_move_that_is_refused_says_why_at_its_field(desk, slot):
    form = {"starts": "10:00", "ends": "09:00", "seen": "0:0"}

    html = desk.post(page(Slot, "move", slot.pk), form).content.decode()

    assert "It must end after it begins." in html
    slot.refresh_from_db()
    assert slot.moved_at is None


def test_a_whole_day_is_called_off_at_once(desk, product, slot):
    other = slot_on(product, VISIT, time(13))
    sold(slot, person(1))
    url = page(EntryDay, "call_off", slot.day_id)

    assert "1 order with 1 places holds it now." in desk.get(url).content.decode()
    desk.post(url, {"seen": "1:1"})

    assert set(Slot.objects.values_list("pk", "called_off_at")) == {(slot.pk, AT), (other.pk, AT)}


def test_the_page_of_an_entry_time_shows_who_was_told_and_has_read_it(desk, slot, at):
    order = sold(slot, person(1))
    line = order.lines.get()
    line.state = "CONFIRMED"
    line.save()
    operations.call_off(slots=[slot], actor="user:1", at=at)
    operations.refund_visitors(slot_id=slot.pk, at=at)

    html = desk.get(page(Slot, "change", slot.pk)).content.decode()

    assert "1 told, 0 of them have read it" in html
    assert order.code in html


@pytest.mark.parametrize("name", ["move", "call_off"])
def test_another_organisations_entry_time_is_not_there(desk, slot, name):
    other = slot_on(ProductFactory(), VISIT, time(9))

    assert desk.post(page(Slot, name, other.pk), {"seen": "0:0"}).status_code == 404
    other.refresh_from_db()
    assert (other.moved_at, other.called_off_at) == (None, None)


def test_the_calendar_shows_what_is_left_of_everything_an_area_sells(desk, product, slot):
    ride = slot_on(ride_product(CablewayFactory(area=product.area)), VISIT, time(9), ends=time(10))
    operations.set_slot(slot=slot, actor="user:1", at=AT, capacity=30)
    orders.place(wish(ask_for(slot, person(1)), total_fen=19_000), at=AT)
    url = reverse("admin:tourism_tickets_product_calendar") + f"?area={product.area_id}"

    rows = desk.get(url).context["rows"]

    cells = next(row.cells for row in rows if row.day == VISIT)
    found = {cell.product_id: (cell.left, cell.capacity, cell.by_hand) for cell in cells}
    assert found == {
        product.pk: (29, 100, True), ride.product_id: (60, 1080, False),
    }  # fmt: skip
    assert len(rows) == 90


def test_the_calendar_of_another_area_is_not_there(desk, product):
    other = ProductFactory()
    url = reverse("admin:tourism_tickets_product_calendar")

    assert desk.get(f"{url}?area={other.area_id}").status_code == 404


def test_one_statement_reads_the_calendar_of_many_products(
    product, slot, django_assert_num_queries
):
    slot_on(ride_product(CablewayFactory(area=product.area)), VISIT, time(9), ends=time(10))
    ids = list(Product.objects.values_list("pk", flat=True))

    with django_assert_num_queries(1):
        rows = overview(product_ids=ids, first=VISIT, last=VISIT + timedelta(days=89), at=AT)

    assert [(row.date, len(row.slot_ids), row.lefts) for row in rows] == [
        (VISIT, 1, [50]), (VISIT, 1, [60]),
    ]  # fmt: skip
