"""Which service is switched on: the one whose keys the settings have."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import ImproperlyConfigured

from bookings.invoices import services
from bookings.invoices.services.nuonuo import Nuonuo

Keys = Mapping[str, str]


def switch_on(configured: Mapping[str, Keys]) -> None:
    """Take the service whose first key is there, or none.

    :raises ImproperlyConfigured: another of its keys is not.
    """
    for name, keys in configured.items():
        if not next(iter(keys.values())):
            continue
        if missing := sorted(key for key, text in keys.items() if not text):
            raise ImproperlyConfigured(f"{name}: {', '.join(missing)} is not set")
        services.switch_on(make(keys))


def make(keys: Keys) -> Nuonuo:
    """The adapter with these keys."""
    return Nuonuo(
        app_key=keys["NUONUO_APP_KEY"],
        app_secret=keys["NUONUO_APP_SECRET"],
        url=keys["NUONUO_URL"],
    )
