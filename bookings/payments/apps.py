from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    name = "bookings.payments"
    label = "bookings_payments"
    verbose_name = _("Payments")

    def ready(self) -> None:
        from bookings.payments import providers
        from bookings.payments.providers.sandbox import Sandbox

        if settings.SANDBOX_PROVIDER_URL:
            providers.register(
                Sandbox(settings.SANDBOX_PROVIDER_URL, settings.SANDBOX_PROVIDER_SECRET)
            )
