from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GatesConfig(AppConfig):
    name = "bookings.gates"
    label = "bookings_gates"
    verbose_name = _("Gates")

    def ready(self) -> None:
        from accounts.organisations import workplaces
        from accounts.organisations.models import DESK_ROLES
        from bookings.gates import invariants  # noqa: F401 - registers its rules
        from bookings.gates.queries.barred import barred
        from bookings.vouchers import bars

        bars.register(barred, label="bookings.gates")

        workplaces.register(
            workplaces.Workplace(
                title=_("Gates"), roles=frozenset(DESK_ROLES), url_name="gates:board", icon="gate"
            )
        )
