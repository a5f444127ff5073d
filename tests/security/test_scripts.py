"""Item 45: what people wrote is shown as they wrote it, and never run."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.apps import apps
from django.contrib import admin
from django.db.models import CharField, TextField
from django.urls import reverse

from accounts.travellers import operations as travellers
from accounts.travellers.models import Kind, Traveller
from bookings.orders.models import Line
from tests.access.matrix import ROUTES
from tests.access.world import World, settled, world  # noqa: F401
from tests.cast import enter
from tests.contracts.stalls import AT
from tests.factories.accounts import resident_number
from tourism.areas.models import Notice

pytestmark = pytest.mark.django_db
MARK = "xq7"
PAYLOADS = (
    f"<script>{MARK}()</script>",
    f"'\"><img src=x onerror={MARK}()>",
    f"<svg/onload={MARK}()>",
    f'" onmouseover="{MARK}()" x="',
    f"</title></textarea></script><script>{MARK}()</script>",
    f"{{{{ {MARK} }}}}{{% {MARK} %}}",
    f"<a href='javascript:{MARK}()'>",
)


class _Runs(HTMLParser):
    """Whether the page has an element, an attribute or a script that carries the mark's code."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.in_script = tag == "script"
        for name, value in attrs:
            if (
                name.startswith("on") or (value or "").strip().lower().startswith("javascript:")
            ) and (MARK in (value or "")):
                self.found.append(f"{tag} {name}={value}")

    def handle_endtag(self, tag: str) -> None:
        self.in_script = False

    def handle_data(self, data: str) -> None:
        if self.in_script and MARK in data and "application/json" not in data:
            self.found.append(data[:80])


def runs(html: str) -> list[str]:
    reader = _Runs()
    reader.feed(html)
    return reader.found


def write_everywhere(world: World, payload: str) -> None:  # noqa: F811
    """Into every name and text of every table that is written in two languages, past all forms."""
    Notice.objects.create(area=world.product.area, valid_from=AT, title_zh="n", title_en="n")
    for model in apps.get_models():
        texts = [
            field
            for field in model._meta.concrete_fields
            if isinstance(field, CharField | TextField) and field.name.endswith(("_zh", "_en"))
        ]
        if texts:
            written = {field.name: payload[: field.max_length] for field in texts}
            model._default_manager.update(**written)
    Line.objects.update(title={"zh-hans": payload, "en": payload})
    Traveller.objects.update(name=payload[:50])


def test_the_reader_sees_what_would_run():
    assert all(runs(f"<p>{payload}</p>") for payload in PAYLOADS[:3])
    assert runs(f"<p title='x' onclick='{MARK}()'>") != []
    assert runs(f"<p>&lt;script&gt;{MARK}()&lt;/script&gt;</p>") == []


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_written_by_an_operator_runs_on_a_page(payload, world):  # noqa: F811
    write_everywhere(world, payload)
    owner, desk = enter(world.cast.wang_fang), enter(world.cast.li_wei)
    shown = 0

    for name, row in ROUTES.items():
        url = reverse(name, kwargs=dict(row.at(world)))
        for browser in (owner, desk):
            answer = browser.get(url)
            if answer.status_code == 200 and "html" in answer["Content-Type"]:
                html = answer.content.decode()
                assert runs(html) == [], name
                shown += MARK in html

    assert shown >= 8


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_written_by_anybody_runs_in_the_back_office(payload, world):  # noqa: F811
    write_everywhere(world, payload)
    desk, shown = enter(world.cast.he_ping), 0

    for model in admin.site._registry:
        options = model._meta
        pages = [reverse(f"admin:{options.app_label}_{options.model_name}_changelist")]
        pages += [
            reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[row.pk])
            for row in model._default_manager.order_by("pk")[:1]
        ]
        for page in pages:
            html = desk.get(page).content.decode()
            assert runs(html) == [], page
            shown += MARK in html

    assert shown >= 8


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_name_with_code_in_it_is_refused_or_shown_as_text(payload, world):  # noqa: F811
    browser = enter(world.cast.wang_fang)

    browser.post(
        reverse("travellers:add"),
        {"name": payload, "kind": Kind.RESIDENT_ID, "number": "341001199001019960"},
    )
    page = browser.get(reverse("travellers:book")).content.decode()

    assert runs(page) == []
    assert re.search(rf"<(script|img|svg)[^>]*>?[^<]*{MARK}", page) is None


def test_a_stranger_name_of_any_script_is_welcome(world):  # noqa: F811
    actor = world.cast.wang_fang.actor
    made = travellers.remember(
        actor=actor, name="O’Brien-Müller 王", kind=Kind.RESIDENT_ID,
        number=resident_number(world.traveller.birth_date, 997), at=AT,
    )  # fmt: skip

    page = enter(world.cast.wang_fang).get(reverse("travellers:book")).content.decode()

    assert made.name in page
