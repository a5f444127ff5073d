"""The web workers' entry."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
_site = get_wsgi_application()

from accounts.organisations import demonstration  # noqa: E402 - needs Django to be set up

demonstration.refuse_in_production()

from django.conf import settings  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import translation  # noqa: E402

from config.capacity import guarded  # noqa: E402
from config.collecting import spare_what_is_loaded  # noqa: E402

application = guarded(_site)

# A process answers when it can answer all: the first request of one that still reads the addresses and
# the views behind them takes a second, and whoever waits behind it longer than that is turned away.
for _language, _name in settings.LANGUAGES:
    with translation.override(_language):
        reverse("payment-hook", args=["any"])

spare_what_is_loaded()
