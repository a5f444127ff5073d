"""A web worker is ready before it takes its first request."""

from __future__ import annotations

import subprocess
import sys

from django.conf import settings

READY = """
import config.wsgi
from django.urls import get_resolver
import sys
print(len(get_resolver().__dict__["_reverse_dict"]), "bookings.payments.views" in sys.modules)
"""


def test_addresses_and_views_are_read_before_anybody_asks():
    told = subprocess.run(
        [sys.executable, "-c", READY], cwd=settings.BASE_DIR, capture_output=True, text=True
    )

    languages, has_views = told.stdout.split()[-2:]
    assert (int(languages), has_views) == (len(settings.LANGUAGES), "True"), told.stderr
