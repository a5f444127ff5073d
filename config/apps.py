from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        # Binds every @shared_task to the app, in the web process too: it wakes the workers.
        from config import celery  # noqa: F401
