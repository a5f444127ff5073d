from django import forms
from django.utils.translation import override

from kernel.errors import Refusal
from kernel.web.forms import PageForm


class Buy(PageForm):
    name = forms.CharField(label="Name", help_text="As on the document")
    agree = forms.BooleanField(label="I agree")


class NameTaken(Refusal):
    message = "Taken by %(by)s"


def test_hint_and_error_are_tied_to_the_field() -> None:
    with override("en"):
        drawn = Buy({"name": ""})["name"].as_field_group()

    assert 'aria-describedby="id_name_helptext id_name_error"' in drawn
    assert 'id="id_name_helptext"' in drawn
    assert 'id="id_name_error"' in drawn
    assert 'aria-invalid="true"' in drawn
    assert '<label class="q-field__label" for="id_name">' in drawn


def test_the_summary_on_top_leads_to_each_wrong_field() -> None:
    with override("en"):
        drawn = str(Buy({"name": ""}))

    summary, fields = drawn.index('role="alert"'), drawn.index("<input")
    assert summary < fields
    assert '<a href="#id_name">Name</a>' in drawn
    assert '<a href="#id_agree">I agree</a>' in drawn


def test_a_form_without_errors_has_no_summary() -> None:
    assert 'role="alert"' not in str(Buy())


def test_a_refusal_stands_at_its_field() -> None:
    form = Buy({"name": "A", "agree": "on"})

    form.refuse(NameTaken(by="<B>", field="name"))

    assert form.errors == {"name": ["Taken by <B>"]}
    assert "Taken by &lt;B&gt;" in str(form)


def test_a_refusal_without_a_field_stands_on_top() -> None:
    form = Buy({"name": "A", "agree": "on"})

    form.refuse(NameTaken(by="B", field="elsewhere"))

    assert form.non_field_errors() == ["Taken by B"]
