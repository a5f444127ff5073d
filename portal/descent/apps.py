from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DescentConfig(AppConfig):
    name = "portal.descent"
    label = "portal_descent"
    verbose_name = _("Ways down")

    def ready(self) -> None:
        from accounts.messages import kinds as messages
        from accounts.organisations import workplaces
        from accounts.organisations.models import DESK_ROLES
        from bookings import ceilings
        from kernel.places import loading, panels
        from portal.descent import invariants, kinds  # noqa: F401 - registers its rules
        from portal.descent.ceiling import WaysDown
        from portal.descent.loading import DescentLoader
        from portal.descent.panels import shuttles_here

        messages.register_topic(kinds.DESCENT)
        messages.register(kinds.SHORT)
        ceilings.register(WaysDown(), label="portal.descent")
        loading.register(60, DescentLoader())
        panels.register(8, shuttles_here)
        workplaces.register(
            workplaces.Workplace(_("Ways down"), frozenset(DESK_ROLES), "descent:boards", "cable")
        )
