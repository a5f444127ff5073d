from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CheckoutConfig(AppConfig):
    name = "bookings.checkout"
    label = "bookings_checkout"
    verbose_name = _("Checkout")

    def ready(self) -> None:
        from bookings import invariants  # noqa: F401 - registers the core's rules
