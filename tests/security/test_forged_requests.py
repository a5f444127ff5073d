"""A form of another site changes nothing: without our token a post is refused, on every page but these."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.cast import enter
from tests.factories.accounts import MembershipFactory
from tests.factories.tourism import ScenicAreaFactory
from tourism.crowd.models import Correction

EXEMPT = {
    "bookings.gates.views.api",  # signed by the device, read without cookies
    "transport.telematics.views",  # signed by the device, read without cookies
    "bookings.payments.views",  # signed by the payment service
    "accounts.messages.views.choosing",  # one click of a mail program, by a signed address
}


def views(patterns: Any) -> Iterator[Any]:
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from views(each.url_patterns)
        elif isinstance(each, URLPattern):
            yield each.callback


def test_only_what_proves_itself_otherwise_takes_a_post_without_our_token():
    assert "django.middleware.csrf.CsrfViewMiddleware" in settings.MIDDLEWARE

    found = list(views(get_resolver().url_patterns))
    exempt = {view.__module__ for view in found if getattr(view, "csrf_exempt", False)}

    assert len(found) > 300
    assert exempt == EXEMPT


@pytest.mark.django_db
@pytest.mark.parametrize("has_token", [True, False], ids=["ours", "forged"])
def test_a_post_of_another_site_is_refused_and_ours_is_taken(has_token):
    area = ScenicAreaFactory()
    user = MembershipFactory(organisation=area.organisation, role="OPERATOR").user
    client = enter(user, client=Client(enforce_csrf_checks=True))
    page = client.get(reverse("crowd:board", args=[area.pk]))
    token = page.cookies[settings.CSRF_COOKIE_NAME].value if has_token else "x" * 32

    answer = client.post(
        reverse("crowd:correct", args=[area.pk]),
        {"people": 7, "reason": "by eye"},
        headers={"x-csrftoken": token},
    )

    assert answer.status_code == (302 if has_token else 403)
    assert Correction.objects.count() == has_token
