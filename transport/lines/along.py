"""What riders may take along: one child on each lap, luggage while there is room. Pure."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.errors import Refusal
from transport.lines.aboard import Aboard


class NoneOnLaps(Refusal):
    message = _("%(title)s: no more children can ride on a lap here. Please book a seat for them.")


class LapEach(Refusal):
    status = 400
    message = _("%(title)s: every child on a lap needs a rider of its own to sit on.")


class NoLuggage(Refusal):
    message = _("%(title)s: there is no place for so much large luggage. %(left)s can be booked.")


def refusal(aboard: Aboard, *, laps_left: int, bags_left: int, title: str) -> Refusal | None:
    """What is against these riders and what they take along; None: nothing."""
    if aboard.laps > aboard.riders:
        return LapEach(field="party", title=title)
    if aboard.laps > laps_left:
        return NoneOnLaps(field="party", title=title)
    if aboard.bags > bags_left:
        return NoLuggage(field="party", title=title, left=bags_left)
    return None
