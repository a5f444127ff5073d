"""How operators hear that not everybody comes down."""

from django.utils.translation import gettext_lazy as _

from accounts.messages.kinds import Kind, Topic

DESCENT = Topic(
    name="DESCENT", title=_("Last ways down"), channels=frozenset({"EMAIL", "PUSH"}), is_duty=True
)

SHORT = Kind(
    name="portal.descent.short",
    title=_("More people are up than come down"),
    subject=_("{mountain}: {buses} buses needed"),
    body=_(
        "{mountain}: {people} people have to come down, and {places} places are left after the time "
        "that a bus needs. {buses} more buses are needed."
    ),
    short=_("{mountain}: {people} people, {places} places down. Buses needed: {buses}."),
    examples={"mountain": _("North Gate"), "people": "420", "places": "300", "buses": "3"},
    topic=DESCENT.name,
    is_urgent=True,
)
