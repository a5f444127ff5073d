from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CrowdConfig(AppConfig):
    name = "tourism.crowd"
    label = "tourism_crowd"
    verbose_name = _("Live crowd")

    def ready(self) -> None:
        from accounts.messages import kinds as messages
        from accounts.organisations import workplaces
        from accounts.organisations.models import DESK_ROLES
        from bookings.gates import loads
        from kernel.places import live, panels
        from tourism.crowd import (
            invariants,  # noqa: F401 - registers its rules
            kinds,
        )
        from tourism.crowd.gates import load
        from tourism.crowd.lines import live_lines
        from tourism.crowd.panels import facilities

        messages.register_topic(kinds.LIVE)
        messages.register(kinds.REACHED)
        live.register(live_lines)
        loads.register(load, label="tourism.crowd")
        panels.register(5, facilities)
        workplaces.register(
            workplaces.Workplace(_("Live crowd"), frozenset(DESK_ROLES), "crowd:boards", "crowd")
        )
