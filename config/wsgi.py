"""The web workers' entry."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

from accounts.organisations import demonstration  # noqa: E402 - needs Django to be set up

demonstration.refuse_in_production()
