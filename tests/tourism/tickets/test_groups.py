"""Groups: a school sends sixty names with three bad rows, and books the others in one order."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.organisations.models import Kind, Role
from accounts.travellers.models import Traveller
from bookings.checkout import standing
from bookings.contracts import When
from bookings.dues import operations as dues
from bookings.dues.models import LaterDue
from bookings.fulfilment import operations as fulfilment
from bookings.inventory import queries as counts
from bookings.inventory.models import Quota
from bookings.orders import operations as orders
from bookings.orders.models import Order
from bookings.vouchers import operations as vouchers
from bookings.vouchers.models import Pass, Redemption
from bookings.vouchers.posts import Post
from kernel import clock
from tests.cast import enter
from tests.factories.accounts import MembershipFactory, OrganisationFactory
from tests.factories.kernel import RegionFactory
from tests.factories.tourism import slot_on
from tests.tourism.conftest import AT, VISIT
from tests.tourism.tickets.test_sheets import text, xlsx
from tourism.tickets import offers, sheets
from tourism.tickets import operations as tickets
from tourism.tickets.models import Admission, ChannelShare, Group

pytestmark = pytest.mark.django_db
HEADER = ["姓名", "证件类型", "证件号码", "出生日期", "票种"]
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def card(number: int, born: str = "19900101") -> str:
    """A resident card that is right: the check digit fits."""
    body = f"110105{born}{number:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def pupils(many: int) -> list[list[str]]:
    letters = "甲乙丙丁戊己庚辛壬癸"
    return [
        [f"王{letters[n // 10 % 10]}{letters[n % 10]}", "身份证", card(n), "", ""]
        for n in range(many)
    ]


@pytest.fixture
def product(product):
    product.area.daily_cap = 1000
    product.area.save()
    ChannelShare.objects.create(product=product, channel="group", permille=200)
    return product


@pytest.fixture
def slot(product):
    """500 places, 100 of them for groups."""
    return slot_on(product, VISIT, time(8))


@pytest.fixture
def agency(product):
    return OrganisationFactory(region=product.area.region, kind=Kind.AGENCY)


def send(slot, agency, *rows: list[object]) -> Group:
    return tickets.receive(
        organisation_id=agency.pk, region=agency.region, slot_id=slot.pk, name="Class 3b",
        sheet=xlsx(HEADER, *rows), actor="user:1", at=AT,
    )  # fmt: skip


def book(group: Group, fen: int) -> Order:
    return tickets.book(
        group=group, shown_fen=fen, contact="16100000001", language="en", user_id=None,
        actor="user:1", at=AT,
    )  # fmt: skip


def test_of_sixty_names_with_three_bad_rows_fifty_seven_are_accepted(slot, agency):
    rows = pupils(60)
    rows[4][0] = "R2D2"
    rows[17][2] = card(17)[:-1] + ("0" if card(17)[-1] != "0" else "1")
    rows[33][2] = rows[2][2]

    group = send(slot, agency, *rows)

    assert len(group.people) == 57
    assert [(fault["row"], fault["field"]) for fault in group.rejected] == [
        (6, "name"), (19, "number"), (35, "number"),
    ]  # fmt: skip
    assert all(fault["reason"] for fault in group.rejected)
    assert "row 4" in group.rejected[2]["reason"]
    assert Traveller.objects.filter(owner__startswith=f"group:{group.pk}:").count() == 57


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (["王五", "驾驶证", card(1), "", ""], "kind"),
        (["Ana Lopez", "护照", "G12345678", "", ""], "birth_date"),
        (["王五", "身份证", card(1), "", "国王"], "class_code"),
        (["=1+1", "身份证", card(1), "", ""], "name"),
        (["王五", "身份证", 110105199001010011, "", ""], "number"),
    ],
)
def test_what_is_wrong_is_said_of_the_column(slot, agency, row, field):
    group = send(slot, agency, row, *pupils(3)[2:])

    assert [fault["field"] for fault in group.rejected] == [field]
    assert len(group.people) == 1


def test_who_holds_a_ticket_of_the_day_is_reported(slot, agency):
    order = book(send(slot, agency, *pupils(2)), 2 * 19_000)
    assert Admission.objects.filter(line__order=order).count() == 2

    again = send(slot, agency, *pupils(3))

    assert [fault["row"] for fault in again.rejected] == [2, 3]
    assert len(again.people) == 1


def test_a_group_is_one_order_of_the_channel_of_groups_that_is_paid_later(slot, agency):
    group = send(slot, agency, *pupils(57))
    [first, second] = tickets.offers_for(group, at=AT)
    assert (len(first.parts), len(second.parts)) == (50, 7)
    assert {due.when for due in first.dues} == {date(2026, 10, 13)}

    order = book(group, 57 * 19_000)
    orders.settle_free(order_id=order.pk, at=AT)
    dues.note(order_id=order.pk, at=AT)

    order.refresh_from_db()
    assert (order.channel, order.total_fen, order.due_now_fen) == ("group", 57 * 19_000, 0)
    assert order.paid_at is not None
    later = LaterDue.objects.filter(order=order)
    assert sum(later.values_list("amount_fen", flat=True)) == 57 * 19_000
    assert {due.due_at for due in later} == {slot.product.area.region.at(
        date(2026, 10, 13), time(23, 59)
    )}  # fmt: skip
    quota = Quota.objects.get(whole=slot.bucket_id, channel="group").bucket_id
    taken = counts.counts([quota, slot.bucket_id])
    assert (taken[quota][1], taken[slot.bucket_id][1]) == (57, 57)


def test_booking_twice_is_once(slot, agency):
    group = send(slot, agency, *pupils(2))

    assert book(group, 2 * 19_000).pk == book(group, 2 * 19_000).pk
    assert Order.objects.count() == 1


def test_no_more_than_the_quota_of_groups(slot, agency):
    first, second = send(slot, agency, *pupils(90)), send(slot, agency, *pupils(102)[90:])
    book(first, 90 * 19_000)

    with pytest.raises(Exception):  # noqa: B017, PT011 - whichever count says no
        book(second, 12 * 19_000)

    second.refresh_from_db()
    assert (second.order, Order.objects.count()) == (None, 1)


def test_who_comes_tomorrow_pays_at_once(slot, agency):
    group = send(slot, agency, *pupils(1))
    eve = slot.product.area.region.at(date(2026, 10, 13), time(9))

    [offer] = tickets.offers_for(group, at=eve)

    assert [due.when for due in offer.dues] == [When.ORDER]


def test_an_entry_time_of_another_region_is_none(slot):
    stranger = OrganisationFactory(kind=Kind.AGENCY, region=RegionFactory())

    with pytest.raises(offers.NoSuchSlot):
        send(slot, stranger, *pupils(1))

    assert not Group.objects.exists()


@pytest.fixture
def desk(client: Client, agency, monkeypatch) -> Client:
    """The browser of somebody who works at the agency's desk."""
    member = MembershipFactory(organisation=agency, role=Role.OPERATOR, user__is_staff=True)
    monkeypatch.setattr(clock, "now", lambda: AT)
    return enter(member.user, client=client)


def test_the_pages_take_a_list_show_its_faults_and_book_it(desk, slot):
    rows = pupils(3)
    rows[1][0] = "4711"
    url = reverse("groups:groups") + f"?area={slot.product.area_id}"
    assert f'<option value="{slot.pk}">' in desk.get(url).content.decode()
    sheet = SimpleUploadedFile("list.csv", text(HEADER, *rows))

    sent = desk.post(url, {"name": "3b", "sheet": sheet, "slot": slot.pk})

    group = Group.objects.get()
    assert sent.url == reverse("groups:group", args=[group.pk])
    html = desk.get(sent.url).content.decode()
    assert "2 rows are accepted" in html
    assert "<td>3</td>" in html
    booked = desk.post(sent.url, {"shown_fen": 2 * 19_000, "contact": "16100000001"})
    group.refresh_from_db()
    assert booked.url == reverse("checkout:order", args=[group.order.token])
    assert "Book the others" in html
    assert "Book the others" not in desk.get(sent.url).content.decode()
    assert "<td>name</td>" in html, "columns are named in the reader's language"
    chinese = desk.get(url.replace("/en/", "/zh-hans/", 1)).content.decode()
    assert "已预订" in chinese
    assert "订单金额" not in chinese


def test_a_file_that_is_no_list_is_refused_at_its_field(desk, slot):
    url = reverse("groups:groups") + f"?area={slot.product.area_id}"
    sheet = SimpleUploadedFile("list.xlsx", b"PK not a list")

    answer = desk.post(url, {"name": "3b", "sheet": sheet, "slot": slot.pk})

    assert "no list that can be read" in answer.content.decode()
    assert not Group.objects.exists()


def test_another_agency_finds_nothing(desk, slot):
    other = OrganisationFactory(region=slot.product.area.region, kind=Kind.AGENCY)
    group = send(slot, other, *pupils(1))

    assert desk.get(reverse("groups:group", args=[group.pk])).status_code == 404


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_template_can_be_read_back(desk, kind):
    body = desk.get(reverse("groups:template", args=[kind])).content

    [row] = sheets.read(body)
    assert row.cells["number"] == "11010519491231002X"


@pytest.fixture
def booked(slot, agency) -> Order:
    """Three people, paid until the evening before; nothing has come in yet."""
    order = book(send(slot, agency, *pupils(3)), 3 * 19_000)
    orders.settle_free(order_id=order.pk, at=AT)
    dues.note(order_id=order.pk, at=AT)
    fulfilment.deliver(order_id=order.pk, at=AT)
    return Order.objects.get(pk=order.pk)


def page_of(order: Order, monkeypatch) -> str:
    monkeypatch.setattr(clock, "now", lambda: AT)
    return Client().get(f"/en/o/{order.token}/").content.decode()


def pay_rest(order: Order) -> None:
    """The money has come in."""
    LaterDue.objects.filter(order=order).update(state="PAID")


def test_a_group_that_pays_later_sees_what_is_due_and_no_code_before_it_is_paid(
    booked, monkeypatch
):
    page = page_of(booked, monkeypatch)

    assert "booked, to be paid" in page
    assert "The codes are shown here as soon as" in page
    assert "Still to be paid" in page
    assert "data-pass=" not in page
    pay_rest(booked)
    page = page_of(booked, monkeypatch)
    assert page.count("data-pass=") == 3
    assert "booked, to be paid" not in page


def test_the_list_of_bookings_says_it_too(booked, desk):
    [row] = standing.order_rows([booked])

    assert (row.word, row.tone) == ("booked, to be paid", "note")


def test_its_codes_let_nobody_in_before_that_either(booked, slot):
    carrier = Pass.objects.filter(order=booked).first()
    post = Post(
        zone=f"area:{slot.product.area_id}", title={"en": "Gate"},
        organisation_id=slot.product.area.organisation_id, region_id=booked.region_id,
    )  # fmt: skip

    with pytest.raises(vouchers.RestUnpaid):
        vouchers.redeem(
            text=carrier.short_code, post=post, actor="user:1", request_key="a",
            at=slot.starts_at + timedelta(minutes=5),
        )  # fmt: skip

    assert not Redemption.objects.exists()


def test_names_of_a_group_are_deleted_a_season_after_the_visit(slot, agency):
    group = send(slot, agency, *pupils(60))
    never = send(slot, agency, *pupils(61)[60:])
    visit = slot.ends_at

    assert tickets.forget_old_groups(at=visit + timedelta(days=89)) == 0
    assert Traveller.objects.count() == 61
    assert tickets.forget_old_groups(at=visit + timedelta(days=91)) == 2
    assert tickets.forget_old_groups(at=visit + timedelta(days=92)) == 0

    assert not Traveller.objects.exists()
    for each in (group, never):
        each.refresh_from_db()
        assert each.forgotten_at == visit + timedelta(days=91)
    assert len(group.people) == 60


def test_only_the_groups_own_books_are_deleted(slot, agency):
    group = send(slot, agency, *pupils(1))
    Traveller.objects.filter(owner=f"group:{group.pk}:0").update(owner=f"group:{group.pk}9:0")

    tickets.forget_old_groups(at=slot.ends_at + timedelta(days=91))

    assert Traveller.objects.count() == 1


@pytest.mark.parametrize(
    "written", ["1980-02-03", "1980/2/3", "1980.02.03", "1980-2-3", "1980年2月3日", "19800203"]
)
def test_a_date_of_birth_is_read_as_programs_write_it(slot, agency, written):
    group = send(slot, agency, ["Ana Silva", "护照", "G12345678", written, ""])

    assert group.rejected == []
    assert Traveller.objects.get().birth_date == date(1980, 2, 3)


@pytest.mark.parametrize("written", ["", "1980-02-30", "80-2-3", "29285", "3.2.1980", "1980年2月"])
def test_what_is_no_date_of_birth_is_said_of_its_row(slot, agency, written):
    group = send(slot, agency, ["Ana Silva", "护照", "G12345678", written, ""])

    assert [fault["field"] for fault in group.rejected] == ["birth_date"]
    assert group.people == []
