from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlacesConfig(AppConfig):
    name = "kernel.places"
    label = "kernel_places"
    verbose_name = _("Places")

    def ready(self) -> None:
        from kernel.places import loading

        loading.register(10, loading.PlacesLoader())
        loading.register(11, loading.CalendarLoader())
