from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TransportConfig(AppConfig):
    name = "transport"
    verbose_name = _("Transport")

    def ready(self) -> None:
        from bookings import registry
        from bookings.vouchers import posts
        from kernel.places import loading
        from transport.lines import invariants  # noqa: F401 - registers its rules
        from transport.lines.loading import LinesLoader
        from transport.lines.posts import run_posts
        from transport.sellables.shuttle import Shuttle

        registry.register(Shuttle())
        loading.register(40, LinesLoader())
        posts.register(run_posts, label="transport.lines")
