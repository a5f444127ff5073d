"""The QR code of a pass, for a component."""

from django import template
from django.utils.safestring import SafeString

from bookings.vouchers import qr

register = template.Library()


@register.simple_tag
def qr_svg(text: str, title: str = "") -> SafeString:
    """An inline SVG of the code, named ``title``."""
    return qr.qr_svg(text, title=title)
