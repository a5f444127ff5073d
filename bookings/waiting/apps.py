from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WaitingConfig(AppConfig):
    name = "bookings.waiting"
    label = "bookings_waiting"
    verbose_name = _("Waiting room")

    def ready(self) -> None:
        from bookings.waiting import door
        from kernel.web import overload_pages

        overload_pages.offer_line(door.room_beyond_capacity)
