from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CashConfig(AppConfig):
    name = "bookings.cash"
    label = "bookings_cash"
    verbose_name = _("Cash at counters")

    def ready(self) -> None:
        from accounts.organisations import workplaces
        from bookings.cash.provider import Cash
        from bookings.cash.queries import STAFF
        from bookings.payments import providers

        providers.register(Cash())
        workplaces.register(
            workplaces.Workplace(
                title=_("Counter"), roles=frozenset(STAFF), url_name="cash:counter", icon="wallet"
            )
        )
