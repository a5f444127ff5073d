from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FleetConfig(AppConfig):
    name = "transport.fleet"
    label = "transport_fleet"
    verbose_name = _("Vehicles and drivers")

    def ready(self) -> None:
        from accounts.messages import kinds as messages
        from transport.fleet import kinds

        messages.register_topic(kinds.DUTY)
        messages.register(kinds.RUNS_OUT)
