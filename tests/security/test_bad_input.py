"""Whatever is sent to whatever address: never a fault, and nothing is half done.

Every address of the access matrix is tried with values that no form would send. The long run
(``test --long``) tries every field with every value; the short one a hundredth of it.
"""

from __future__ import annotations

import json
import os
import random
import zlib
from collections.abc import Mapping
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.urls.exceptions import NoReverseMatch

from bookings.checkout.views import now
from bookings.inventory.models import Bucket
from bookings.orders.models import Hold, Line, Order
from bookings.payments.models import Attempt, ProviderEvent
from bookings.refunds.models import Refund
from bookings.vouchers.models import Redemption, Voucher
from tests.access.matrix import ROUTES, Row
from tests.access.world import World, settled, world  # noqa: F401
from tests.cast import enter

pytestmark = pytest.mark.django_db
IS_LONG = bool(os.environ.get("QUANYU_LONG"))
SEED = 1

FIELDS = (
    "kind", "ref", "class_adult", "class_child", "who", "who_0", "new_0-name", "new_0-number",
    "new_0-kind", "contact", "shown_total_fen", "shown_fen", "request_key", "part", "item", "day",
    "page", "after", "before", "next", "phone", "code", "username", "password", "provider", "name",
    "number", "q", "language", "reason", "total_fen", "price_fen", "currency", "id", "state",
)  # fmt: skip
VALUES = (
    "", " ", "0", "-1", "1.5", "1e9", "NaN", "Infinity", "-Infinity", "true", "null", "[]", "{}",
    str(10**30), str(-(10**30)), str(2**63), "٣", "１", "😀" * 50, "黄" * 5_000, "x" * 100_000,
    "\x00", "a\x00b", "\r\nSet-Cookie: a=b", "\ud800".encode("utf-8", "surrogatepass"),
    "' OR 1=1 --", "../../etc/passwd", "<script>alert(1)</script>", "%s%s%n", "${7*7}", "{{7*7}}",
    "9999-12-31", "0000-00-00", "2026-02-30", "1:1:1:1:1", ":" * 200, "1:adult", "a:b",
)  # fmt: skip
BODIES = (
    b"", b"{", b"[]", b"null", b'{"a": NaN}', b'{"a": 1e999}', b'{"' + b"x" * 100_000 + b'": 1}',
    b"[" * 100_000, b'{"a":' * 20_000, b"\xff\xfe\x00", b"a=%ff%fe", b"x" * 10_000_000,
)  # fmt: skip
KINDS = ("application/json", "application/x-www-form-urlencoded", "text/plain", "image/png")


def some(name: str, all_of_them: list[Any], few: int) -> list[Any]:
    """The short run's few, others for every address; all of them in the long run."""
    dice = random.Random(zlib.crc32(name.encode()) + SEED)
    return all_of_them if IS_LONG else dice.sample(all_of_them, few)


def sold() -> dict[str, object]:
    """Everything that money or places hang on."""
    tables = (Order, Line, Hold, Attempt, Refund, Voucher, Redemption, ProviderEvent)
    taken = list(Bucket.objects.order_by("pk").values_list("pk", "taken", "capacity"))
    return {"taken": taken, **{table.__name__: table.objects.count() for table in tables}}


def browser_for(name: str, world: World) -> Client:  # noqa: F811
    """Somebody who may be here, so that more than the door is tried."""
    actor = "owner" if ROUTES[name].read.split()[1] not in ("403", ">in") else "operator"
    browser = enter(world.user(actor))
    browser.raise_request_exception = False
    return browser


def address(name: str, row: Row, world: World) -> str:  # noqa: F811
    return reverse(name, kwargs=dict(row.at(world)))


DESTROYS = {"checkout:give-up", "checkout:pay", "identity:sign-out", "identity:end-others"}
"""A form without fields: sending anything at all is a good request."""


@pytest.mark.parametrize("name", sorted(set(ROUTES) - DESTROYS))
def test_no_field_breaks_an_address(name, world):  # noqa: F811
    browser, url = browser_for(name, world), address(name, ROUTES[name], world)
    good, before = dict(ROUTES[name].form(world)), sold()
    faults = []

    for field, value in some(name, [(field, value) for field in FIELDS for value in VALUES], 12):
        for send in (browser.get, browser.post):
            if field not in good and name in ("checkout:cancel", "checkout:add"):
                continue
            status = send(url, encoded({**good, field: value})).status_code
            faults += [(field, value)] * (status >= 500)
        assert sold() == before, f"{field} {value!r} (seed {SEED})"

    assert faults == []


def encoded(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """As the test client takes them: bytes as the browser would never send them."""
    return {
        name: value.decode("latin-1") if isinstance(value, bytes) else value
        for name, value in fields.items()
    }


@pytest.mark.parametrize("name", sorted(set(ROUTES) - DESTROYS))
def test_no_body_breaks_an_address(name, world):  # noqa: F811
    browser, url, before = browser_for(name, world), address(name, ROUTES[name], world), sold()

    answers = {
        (kind, body[:20]): browser.post(url, body, content_type=kind).status_code
        for kind, body in some(name, [(kind, body) for kind in KINDS for body in BODIES], 4)
    }

    assert {given: status for given, status in answers.items() if status >= 500} == {}
    assert sold() == before


@pytest.mark.parametrize("name", sorted(name for name in ROUTES if name not in DESTROYS))
def test_no_path_breaks_an_address(name, world):  # noqa: F811
    row, browser = ROUTES[name], browser_for(name, world)
    faults = []

    for key in row.at(world):
        for value in VALUES:
            try:
                url = reverse(name, kwargs={**row.at(world), key: value})
            except NoReverseMatch:
                continue
            faults += [(key, value)] * (browser.get(url).status_code >= 500)
    faults += [url for url in PATHS if browser.get(url).status_code >= 500]

    assert faults == []


PATHS = (
    "/%00", "/%ff", "/en/%e0%a4%a", "/en/huangshan/areas/%2e%2e/", "/en//", "//en/", "/en/o/%0a/",
    "/zh-hans/" + "a" * 5_000 + "/", "/en/scan/%F0%9F%98%80/", "/.git/config", "/static/../manage.py",
)  # fmt: skip


def test_a_client_cannot_name_prices(world):  # noqa: F811
    """Items 1 and 16: what comes back is what the seller asks, whatever else was sent."""
    url = reverse("checkout:now", kwargs={"region": world.region.slug})
    browser = enter(world.cast.wang_fang)
    form = {
        "kind": "ticket", "ref": world.refs[4], "who": f"{world.traveller.pk}:adult",
        "contact": "16100000001", "request_key": "a-key-of-mine", "shown_total_fen": "19000",
    }  # fmt: skip
    forged = {
        "total_fen": "1", "price_fen": "1", "price": "1", "due_now_fen": "1", "discount": "19000",
        "currency": "USD", "state": "CONFIRMED", "paid_at": "2026-01-01", "token": "t", "code": "C",
        "actor": "user:1", "user": "1", "user_id": "1", "supplier": "1", "is_staff": "1", "pk": "1",
        "channel": "partner", "class_code": "child_free",
    }  # fmt: skip

    browser.post(url, {**form, **forged}, headers={"accept": "application/json"})

    made = Order.objects.get(request_key="a-key-of-mine")
    line = made.lines.get()
    assert (made.total_fen, made.due_now_fen, made.currency) == (19000, 19000, "CNY")
    assert (made.state, made.paid_at) == ("HELD", None)
    assert (made.actor, made.user_id) == (world.cast.wang_fang.actor, world.cast.wang_fang.pk)
    assert made.token != "t"
    assert (line.price_fen, line.supplier_id) == (19000, world.cast.area.pk)


@pytest.mark.parametrize("total", ["1", "0", "18999", "19001", str(10**30)])
def test_a_total_that_was_not_asked_buys_nothing(total, world):  # noqa: F811
    url = reverse("checkout:now", kwargs={"region": world.region.slug})
    before = sold()

    answer = enter(world.cast.wang_fang).post(
        url,
        {
            "kind": "ticket", "ref": world.refs[4], "who": f"{world.traveller.pk}:adult",
            "contact": "16100000001", "request_key": "a-key-of-mine", "shown_total_fen": total,
        },
        headers={"accept": "application/json"},
    )  # fmt: skip

    assert answer.status_code in (400, 409)
    assert sold() == before


@pytest.mark.parametrize(
    "number", ["0", "-1", "1.5", "1e9", "NaN", "True", "1000000000", "51", "٣", "1 ", ""]
)
def test_a_party_is_counted_in_small_whole_numbers(number, world):  # noqa: F811
    """Item 2."""
    url = reverse("checkout:add", kwargs={"region": world.region.slug})
    browser, form = enter(world.cast.wang_fang), {"kind": "ticket", "ref": world.refs[4]}

    browser.post(url, {**form, "class_adult": number})

    cart = browser.get(reverse("checkout:cart", kwargs={"region": world.region.slug}))
    assert cart.context["cart"].rows == ()


def test_the_same_form_twice_is_one_order(world):  # noqa: F811
    url = reverse("checkout:now", kwargs={"region": world.region.slug})
    browser = enter(world.cast.wang_fang)
    form = {
        "kind": "ticket", "ref": world.refs[4], "who": f"{world.traveller.pk}:adult",
        "contact": "16100000001", "request_key": "a-key-of-mine", "shown_total_fen": "19000",
    }  # fmt: skip
    accept = {"accept": "application/json"}

    first = browser.post(url, form, headers=accept)
    after_one = sold()
    again = browser.post(url, form, headers=accept)

    assert (first.status_code, again.status_code) == (201, 201)
    assert json.loads(first.content) == json.loads(again.content)
    assert sold() == after_one


def test_there_is_an_end_to_items_and_people(world):  # noqa: F811
    url = reverse("checkout:now", kwargs={"region": world.region.slug})
    browser, before = enter(world.cast.wang_fang), sold()

    many = browser.post(
        url, {"kind": ["ticket"] * 999, "ref": [world.refs[4]] * 999, "who": ["1"] * 999}
    )

    assert many.status_code == 400
    assert now.MOST_ITEMS < 999
    assert sold() == before
