"""What holders of points are told."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from accounts.messages.kinds import Kind, Topic

POINTS = Topic(
    name="POINTS", title=_("Points"), note=_("Before points of yours are gone.")
)  # fmt: skip

EXPIRING = Kind(
    name="bookings.points.expiring",
    topic=POINTS.name,
    title=_("Points are gone soon"),
    subject=_("{points} points until {until}"),
    body=_("{points} of your points are good until {until}. After that day they are gone."),
    examples={"points": "350", "until": date(2027, 12, 31)},
)
