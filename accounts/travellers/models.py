"""The book of people somebody travels with. Documents are sealed and shown masked."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.travellers.checks import Outcome
from accounts.travellers.documents import Kind


class Traveller(models.Model):
    """One person in an actor's book.

    ``document_index`` is equal for the same document in any book; ``document_masked`` is all that
    any page shows. ``owner`` is an actor: "user:12" or "guest:…". ``check_outcome`` is what
    ``checked_by`` said at ``checked_at`` of name and number; it is asked, or asked again, at
    ``check_due_at``.
    """

    owner = models.CharField(_("owner"), max_length=64)
    name = models.CharField(_("name"), max_length=60)
    document_kind = models.CharField(_("document"), max_length=20, choices=Kind)
    document_sealed = models.TextField(_("document number, sealed"))
    document_index = models.CharField(_("document index"), max_length=64, db_index=True)
    document_masked = models.CharField(_("document number"), max_length=40)
    issuer = models.CharField(_("issued by"), max_length=3, blank=True)
    birth_date = models.DateField(_("date of birth"))
    phone_sealed = models.TextField(_("phone, sealed"), blank=True)
    phone_masked = models.CharField(_("phone"), max_length=40, blank=True)
    check_outcome = models.CharField(
        _("name and number"), max_length=8, choices=Outcome, blank=True, default="", db_default=""
    )
    checked_at = models.DateTimeField(_("compared at"), null=True, blank=True)
    checked_by = models.CharField(
        _("compared by"), max_length=20, blank=True, default="", db_default=""
    )
    check_due_at = models.DateTimeField(_("to be compared at"), null=True, blank=True)
    check_tries = models.PositiveSmallIntegerField(_("tries"), default=0, db_default=0)
    created_at = models.DateTimeField(_("entered at"))
    changed_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("traveller")
        verbose_name_plural = _("travellers")
        constraints = (
            models.UniqueConstraint(
                fields=("owner", "document_index"), name="accounts_travellers_traveller_person"
            ),
        )
        indexes = (
            models.Index(
                fields=("check_due_at",),
                condition=Q(check_due_at__isnull=False),
                name="accounts_travellers_to_check",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.document_masked}"

    @property
    def check_note(self) -> str:
        """What is known of name and number, in words; empty where nobody was asked."""
        return str(Outcome(self.check_outcome).label) if self.check_outcome else ""

    @property
    def is_mismatch(self) -> bool:
        """Whether the name is known to be another than that of the number."""
        return self.check_outcome == Outcome.MISMATCH
