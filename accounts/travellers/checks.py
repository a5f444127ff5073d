"""Whether a name belongs to a document number: one port, and the service that answers it.

An answer is a fact of three words. No picture is asked for, and no number is kept or logged.
"""

from __future__ import annotations

from typing import Protocol

from django.db import models
from django.utils.translation import gettext_lazy as _


class Outcome(models.TextChoices):
    """What is known of a traveller's name and number; empty where nobody was asked."""

    NONE = "", _("not compared")
    MATCH = "MATCH", _("name and number belong together")
    MISMATCH = "MISMATCH", _("name and number do not belong together")
    UNKNOWN = "UNKNOWN", _("to be compared at the gate")


class Checker(Protocol):
    """A service that compares. Called outside any transaction."""

    name: str

    def check(self, *, name: str, number: str) -> Outcome:
        """MATCH, MISMATCH, or UNKNOWN where the service has no record of the number.

        :raises kernel.http.NoAnswer: it does not answer; it may be asked again.
        """


class _Place:
    """Where the service stands."""

    checker: Checker | None = None


def use(checker: Checker | None) -> None:
    """Ask this service from now on; None: nobody is asked."""
    _Place.checker = checker


def find() -> Checker | None:
    """The service that is asked, or None where none is set up."""
    return _Place.checker
