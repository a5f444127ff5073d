from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "kernel.audit"
    label = "kernel_audit"
    verbose_name = _("Audit")

    def ready(self) -> None:
        from kernel.audit import invariants  # noqa: F401 - registers its rule
