"""Forms that look and speak like the rest of the site: label, hint, error, a summary on top."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.forms.renderers import DjangoTemplates
from django.template import loader

from kernel.errors import Refusal


class Renderer(DjangoTemplates):
    """Django's own widgets inside our components (templates/components/_form, _field)."""

    form_template_name = "components/_form.html"
    field_template_name = "components/_field.html"

    def get_template(self, template_name: str) -> Any:
        if template_name.startswith("components/"):
            return loader.get_template(template_name)
        return super().get_template(template_name)


class PageForm(forms.Form):
    """The base of every form on a page. `{{ form }}` draws all of it, `{{ field.as_field_group }}`
    one field."""

    default_renderer = Renderer()  # one for all: each has an engine and a cache of its own
    required_css_class = "is-required"
    shown_by: ClassVar[Mapping[str, tuple[str, str]]] = {}
    """Fields that belong to some answers of another: {"issuer": ("kind", "PASSPORT VISA")}."""
    heading = ""
    """What this form is called in a summary of several."""

    def refuse(self, refusal: Refusal) -> None:
        """Show a refusal where it belongs: at its field, or on top of the form."""
        field = refusal.field if refusal.field in self.fields else None
        self.add_error(field, forms.ValidationError(refusal.reason, code=refusal.code))
