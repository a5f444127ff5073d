from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    name = "bookings.desk"
    label = "bookings_desk"
    verbose_name = _("Selling at counters")

    def ready(self) -> None:
        from bookings.cash import closing
        from bookings.desk import invariants, operations  # noqa: F401 - registers its rules
        from bookings.desk.provider import OnNumbers
        from bookings.payments import providers

        providers.register(OnNumbers())
        closing.register(operations.refuse_while_open, label="bookings.desk")
