"""Rows inside a page of the back office obey the same scope as the page."""

from __future__ import annotations

from django.contrib import admin

from accounts.organisations.scoping import ScopedAdmin


def test_every_inline_of_a_room_wears_the_scope():
    """Without it Django asks its own permission tables, which give nobody anything."""
    bare = [
        inline.__name__
        for model_admin in admin.site._registry.values()
        if isinstance(model_admin, ScopedAdmin)
        for inline in model_admin.inlines
        if not issubclass(inline, ScopedAdmin)
    ]

    assert bare == []
