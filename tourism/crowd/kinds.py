"""How the owners of measures are told."""

from django.utils.translation import gettext_lazy as _

from accounts.messages.kinds import Kind, Topic

LIVE = Topic(
    name="CROWD",
    title=_("Live crowd"),
    channels=frozenset({"EMAIL", "PUSH"}),
    is_duty=True,
)

REACHED = Kind(
    name="tourism.crowd.reached",
    title=_("An area has reached a level"),
    subject=_("{area}: {level}, {people} inside"),
    body=_("{area} is {level}: {people} people are inside.\n\nTo do: {what}"),
    short=_("{area}: {level}. To do: {what}"),
    examples={"area": _("North Gate"), "level": _("busy"), "people": "5000", "what": _("Open it")},
    topic=LIVE.name,
    is_urgent=True,
    needed=frozenset({"what"}),
)
