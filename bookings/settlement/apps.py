from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SettlementConfig(AppConfig):
    name = "bookings.settlement"
    label = "bookings_settlement"
    verbose_name = _("Settlement")

    def ready(self) -> None:
        from accounts.messages import kinds as messages
        from accounts.organisations import workplaces
        from accounts.organisations.models import DESK_ROLES
        from bookings.settlement import kinds

        messages.register_topic(kinds.DUTY)
        messages.register(kinds.BEYOND)

        workplaces.register(
            workplaces.Workplace(
                title=_("Statements"),
                roles=frozenset(DESK_ROLES),
                url_name="settlement:statements",
                icon="wallet",
            )
        )
