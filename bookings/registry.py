"""The one list of sellers. Filled by each house's AppConfig.ready(); read by the core."""

from collections.abc import Iterable

from bookings.contracts import Sellable
from django.utils.translation import gettext_lazy as _

from kernel.errors import Refusal


class UnknownKind(Refusal):
    code = "unknown_kind"
    status = 404
    message = _("Nothing of this kind is sold here.")


_sellables: dict[str, Sellable] = {}


def register(sellable: Sellable) -> None:
    """Add a seller. A second one for the same kind is a mistake in the wiring and raises."""
    if sellable.kind in _sellables:
        raise ValueError(f"kind {sellable.kind!r} is registered twice")
    _sellables[sellable.kind] = sellable


def get(kind: str) -> Sellable:
    """The seller of a kind; raises UnknownKind."""
    try:
        return _sellables[kind]
    except KeyError:
        raise UnknownKind(field="kind") from None


def list_all() -> Iterable[Sellable]:
    """Every registered seller, in order of kind."""
    return [_sellables[kind] for kind in sorted(_sellables)]
