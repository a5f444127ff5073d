"""Rules of points at the platform's desk."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.urls import reverse

from bookings.points.models import Scheme
from kernel import clock
from kernel.places.models import Region
from tests.cast import assemble, enter

pytestmark = pytest.mark.django_db


def test_the_desk_says_from_when_a_version_holds(region: Region):
    desk, day = enter(assemble(region).he_ping), region.local_date(clock.now()) + timedelta(days=9)
    written = {
        "region": region.pk, "earned": 1, "per_yuan": 100, "most_permille": "50", "years": 1,
        "told_days": 30, "tiers": "", "begins_on": day.isoformat(),
    }  # fmt: skip

    answer = desk.post(reverse("admin:bookings_points_scheme_add"), written, follow=True)

    assert Scheme.objects.get().valid_from == region.at(day, time())
    [said] = answer.context["messages"]
    assert day.isoformat() in str(said)
