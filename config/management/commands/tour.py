"""The first five minutes: make the demonstration accounts, print the steps."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import translation

from accounts.organisations import demonstration
from bookings.invoices import demonstration as invoices
from bookings.settlement import demonstration as settlement
from kernel import clock
from kernel.places import queries as places
from portal.home import tour


class Command(BaseCommand):
    help = "On local data: make the demonstration accounts (--prepare), print the tour (--print)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--prepare", action="store_true")
        parser.add_argument("--print", action="store_true", dest="show")

    def handle(self, *, prepare: bool, show: bool, **_options: Any) -> None:
        region = places.open_regions().first()
        if region is None:
            return
        if prepare:
            at = clock.now()
            demonstration.create(region_id=region.pk, at=at)
            invoices.create(region_id=region.pk)
            settlement.create(region_id=region.pk, at=at)
        if show:
            with translation.override("en"):
                self._print(region)

    def _print(self, region: Any) -> None:
        site = settings.SITE_URL
        for number, step in enumerate(tour.steps(region), start=1):
            self.stdout.write(f"  {number}. {step.title}: {site}{step.url}")
        self.stdout.write(f"\n  The same with logins and current codes: {site}/en/tour/")
        for login in tour.logins():
            secret = f" · {login.password}" if login.password else ""
            self.stdout.write(f"     {login.role:<9} {login.name}{secret}")
        self.stdout.write("")
