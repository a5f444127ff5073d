from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PointsConfig(AppConfig):
    name = "bookings.points"
    label = "bookings_points"
    verbose_name = _("Points")

    def ready(self) -> None:
        from accounts.messages import kinds as messages
        from bookings.campaigns import classes
        from bookings.points import kinds, queries

        classes.register(queries.MemberClasses())
        messages.register_topic(kinds.POINTS)
        messages.register(kinds.EXPIRING)
