from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        # Binds every @shared_task to the app, in the web process too: it wakes the workers.
        from config import celery  # noqa: F401
        from kernel import grants

        # The signal comes once for each app with tables, after all migrations: one of them will do.
        post_migrate.connect(grants.grant, sender=apps.get_app_config("bookings_ledger"))
