"""The book of people somebody travels with. Documents are sealed and shown masked."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.travellers.documents import Kind


class Traveller(models.Model):
    """One person in an actor's book.

    ``document_index`` is equal for the same document in any book; ``document_masked`` is all that
    any page shows. ``owner`` is an actor: "user:12" or "guest:…".
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

    def __str__(self) -> str:
        return f"{self.name} {self.document_masked}"
