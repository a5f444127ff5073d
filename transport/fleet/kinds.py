"""What is said to the people at an operator's desk about its papers."""

from django.utils.translation import gettext_lazy as _

from accounts.messages.kinds import Kind, Topic

DUTY = Topic(name="transport.fleet", title=_("Papers of vehicles and drivers"), is_duty=True)
RUNS_OUT = Kind(
    name="transport.fleet.runs-out",
    topic=DUTY.name,
    title=_("Paper that runs out"),
    subject=_("{paper} of {holder} ends on {until}"),
    body=_(
        "{paper} of {holder} is good until {until}. From that moment on no departure can be given"
        " to it. Please enter the renewed one."
    ),
    examples={
        "paper": _("Compulsory motor insurance"),
        "holder": "皖J12345",
        "until": "2026-12-01 00:00",
    },
)
