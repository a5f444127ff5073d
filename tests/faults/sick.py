"""Handlers that a worker of a fault test has besides the site's: one is slow, one is deadly."""

from __future__ import annotations

import os
import time
from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import AppConfig

from kernel.outbox import registry

if TYPE_CHECKING:
    from kernel.outbox.models import Event

SLOW, DEADLY = "tests.faults.slow", "tests.faults.deadly"


class SickConfig(AppConfig):
    name = "tests.faults.sick"
    label = "tests_sick"
    path = os.path.dirname(__file__)

    def ready(self) -> None:
        registry.subscribe(SLOW, _slow, label=SLOW)
        registry.subscribe(DEADLY, _deadly, label=DEADLY)


def _slow(*, event: Event, at: datetime) -> None:
    """Leave one act on record, after a while."""
    from kernel.audit import operations as audit

    audit.record(actor="tests", action=SLOW, subject=event.key, at=at)
    time.sleep(event.facts["seconds"])


def _deadly(*, event: Event, at: datetime) -> None:
    os._exit(137)
