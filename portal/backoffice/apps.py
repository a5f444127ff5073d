"""The back office stands in the place of Django's admin."""

from django.contrib.admin.apps import AdminConfig


class BackofficeAdminConfig(AdminConfig):
    default_site = "portal.backoffice.site.BackOffice"

    def ready(self) -> None:
        super().ready()
        from portal.backoffice import accounts, kernel  # noqa: F401
