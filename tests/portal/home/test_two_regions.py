"""Two regions on one site, loaded by the command: neither shows or sells the other's things."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.organisations.models import Organisation, Role
from bookings.baskets.models import Item
from kernel import clock
from kernel.places.models import Region
from tests import cast
from tests.factories.accounts import MembershipFactory, UserFactory
from tourism.areas.models import ScenicArea
from tourism.tickets.models import Product, Slot
from transport.lines.models import Run, ShuttleLine

pytestmark = pytest.mark.django_db
AT = datetime(2026, 9, 20, 2, 0, tzinfo=UTC)
YUNLING = Path(__file__).parents[2] / "data" / "regions" / "yunling"


@pytest.fixture
def regions(monkeypatch) -> tuple[Region, Region]:
    """Huangshan from the product's own files, and a small one from a folder of its own."""
    monkeypatch.setattr(clock, "now", lambda: AT)
    call_command("load_region", "huangshan", "--days", "2", verbosity=0)
    call_command("load_region", "yunling", "--folder", str(YUNLING), "--days", "2", verbosity=0)
    return Region.objects.get(slug="huangshan"), Region.objects.get(slug="yunling")


def test_the_first_page_names_both_and_each_page_only_its_own(regions):
    big, small = regions
    browser = Client()

    front = browser.get("/en/").content.decode()
    pages = {
        region.slug: "".join(
            browser.get(f"/en/{region.slug}/{part}").content.decode()
            for part in ("", "areas/", "lines/")
        )
        for region in regions
    }

    assert big.name_en in front
    assert small.name_en in front
    for own, other in ((big, small), (small, big)):
        names = [
            *ScenicArea.objects.filter(region=other).values_list("name_en", flat=True),
            *ShuttleLine.objects.filter(region=other).values_list("name_en", flat=True),
        ]
        assert [name for name in names if name in pages[own.slug]] == []
        assert any(area.name in pages[own.slug] for area in ScenicArea.objects.filter(region=own))


def test_what_one_region_has_the_other_does_not_find(regions):
    big, small = regions
    area = ScenicArea.objects.filter(region=big).first()
    line = ShuttleLine.objects.filter(region=big).first()
    browser = Client()

    assert browser.get(f"/en/{small.slug}/areas/{area.slug}/").status_code == 404
    assert browser.get(f"/en/{small.slug}/lines/{line.slug}/").status_code == 404


@pytest.mark.parametrize("kind", ["ticket", "shuttle"])
def test_the_cart_of_one_region_takes_nothing_of_the_other(kind, regions):
    big, small = regions
    if kind == "ticket":
        ref = str(Slot.objects.filter(region_id=big.pk, starts_at__gt=AT).latest("pk").pk)
    else:
        ref = f"{Run.objects.filter(line__region=big, departs_at__gt=AT).latest('pk').pk}:0:1"
    browser = Client()

    browser.post(
        reverse("checkout:add", args=[small.slug]),
        {"kind": kind, "ref": ref, "class_adult": "1"},
    )

    assert Item.objects.count() == 0


def test_a_cart_stays_in_its_region(regions):
    big, small = regions
    slot = Slot.objects.filter(region_id=small.pk, starts_at__gt=AT, product__area__region=small)
    browser = Client()

    browser.post(
        reverse("checkout:add", args=[small.slug]),
        {"kind": "ticket", "ref": str(slot.latest("pk").pk), "class_adult": "1"},
    )

    assert len(browser.get(reverse("checkout:cart", args=[small.slug])).context["cart"].rows) == 1
    assert browser.get(reverse("checkout:cart", args=[big.slug])).context["cart"].rows == ()


def test_an_operator_of_one_region_sees_nothing_of_the_other(regions):
    _big, small = regions
    organisation = Organisation.objects.filter(region=small, scenicarea__isnull=False).first()
    user = UserFactory(login_name="desk", is_staff=True)
    MembershipFactory(user=user, organisation=organisation, role=Role.ADMIN)
    desk = cast.enter(user)

    for model in (ScenicArea, Product, Slot, ShuttleLine, Run):
        options = model._meta
        url = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
        shown = desk.get(url, {"all": ""}).context["cl"].queryset
        path = "region" if model in (ScenicArea, ShuttleLine) else "product__area__region"
        path = {Product: "area__region", Run: "line__region"}.get(model, path)
        assert set(shown.values_list(f"{path}__slug", flat=True)) <= {small.slug}, model


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nowhere"], "There is no folder"),
        (["Bad Name"], "short name"),
        (["huangshan", "--days", "0"], "--days"),
    ],
)
def test_the_command_says_what_it_cannot_do(words, says):
    with pytest.raises(CommandError, match=says):
        call_command("load_region", *words, verbosity=0)

    assert Region.objects.count() == 0
