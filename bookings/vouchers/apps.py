from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VouchersConfig(AppConfig):
    name = "bookings.vouchers"
    label = "bookings_vouchers"
    verbose_name = _("Vouchers")

    def ready(self) -> None:
        from accounts.organisations import workplaces
        from accounts.organisations.models import Role

        workplaces.register(
            workplaces.Workplace(
                title=_("Scan codes"),
                roles=frozenset(Role),
                url_name="scan:posts",
                icon="scan",
            )
        )
