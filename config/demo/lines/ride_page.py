"""The page of a ride that was bought, where riders say what they want when it is disrupted."""

from __future__ import annotations

from config.demo.browser import Form, Page
from config.demo.lines.riders import Riders
from config.demo.steps import row_of
from config.demo.visitors import Stuck


def name_train(one: Riders, number: str) -> None:
    """Say with which train they come. :raises Stuck: the ride is timed to none."""
    page = _page(one)
    form = next((form for form in page.forms if form.fields.get("train") == ""), None)
    if form is None:
        raise Stuck("no train can be named")
    one.browser.send(page, form, "ride: train", train=number)


def choose(one: Riders, *choices: str) -> str:
    """Take the first of these that is offered; which one. :raises Stuck: none of them is."""
    page = _page(one)
    for choice in choices:
        form = _form(page, choice)
        if form is not None:
            one.browser.send(page, form, "ride: choice")
            return choice
    raise Stuck(f"{' or '.join(choices)} is not offered")


def _form(page: Page, choice: str) -> Form | None:
    return next((form for form in page.forms if form.fields.get("choice") == choice), None)


def _page(one: Riders) -> Page:
    line = row_of(one.order).lines.get(kind="shuttle")
    return one.browser.get(f"{one.order}ride/{line.pk}/", "ride")
