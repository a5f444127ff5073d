"""Verbs on organisations."""

from accounts.organisations.models import Kind, Organisation


def found_supplier(*, region_id: int, slug: str, name_zh: str, name_en: str) -> int:
    """The id of the supplier called ``slug``, made where there is none; an existing one stays as it is."""
    supplier, _created = Organisation.objects.get_or_create(
        slug=slug,
        defaults={
            "region_id": region_id,
            "kind": Kind.SUPPLIER,
            "name_zh": name_zh,
            "name_en": name_en,
        },
    )
    return supplier.pk
