from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HomeConfig(AppConfig):
    name = "portal.home"
    label = "portal_home"
    verbose_name = _("Home")

    def ready(self) -> None:
        from kernel.places import loading, panels
        from portal.home import around
        from portal.home.loading import MapLoader

        loading.register(90, MapLoader())
        panels.register(10, around.getting_there)
        panels.register(20, around.on_the_map)
