"""Who sells, runs and oversees: organisations, and who works for them as what."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.naming import Named


class Kind(models.TextChoices):
    """What an organisation is to the platform."""

    SUPPLIER = "SUPPLIER", _("supplier")
    OPERATOR = "OPERATOR", _("operator of a region")
    PLATFORM = "PLATFORM", _("platform")
    AGENCY = "AGENCY", _("travel agency or school")


class Role(models.TextChoices):
    """What a person does for an organisation."""

    ADMIN = "ADMIN", _("administrator")
    OPERATOR = "OPERATOR", _("operator")
    GATE = "GATE", _("gate staff")
    DRIVER = "DRIVER", _("driver")
    COUNTER = "COUNTER", _("counter staff")


DESK_ROLES = (Role.ADMIN, Role.OPERATOR)
"""Roles that work in the back office."""


class Organisation(Named):
    """A house that supplies, operates or oversees. The platform's own sees everything."""

    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    region = models.ForeignKey(
        "kernel_places.Region", models.PROTECT, verbose_name=_("region"), null=True, blank=True
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.SUPPLIER)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in Kind]),
                name="accounts_organisations_organisation_kind",
            ),
        )

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person works for an organisation in one role; several rows for several roles."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="memberships",
        verbose_name=_("person"),
    )
    organisation = models.ForeignKey(
        Organisation,
        models.CASCADE,
        related_name="memberships",
        verbose_name=_("organisation"),
    )
    role = models.CharField(_("role"), max_length=20, choices=Role)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = (
            models.UniqueConstraint(
                fields=("user", "organisation", "role"),
                name="accounts_organisations_membership_role",
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=[role.value for role in Role]),
                name="accounts_organisations_membership_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"
