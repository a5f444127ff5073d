"""The web workers' entry."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
_site = get_wsgi_application()

from accounts.organisations import demonstration  # noqa: E402 - needs Django to be set up

demonstration.refuse_in_production()

from config.capacity import guarded  # noqa: E402

application = guarded(_site)

# What is loaded by now lives as long as the process: the collector need not walk it again and again
# while a crowd waits (a full walk takes longer than placing fifty orders). What is young is walked in
# bites of a few milliseconds: fifty thousand objects at a time were a pause of thirty.
gc.collect()
gc.freeze()
gc.set_threshold(2_000, 10, 200)
