"""Columns of the back office say what people say."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from kernel.web import columns


@pytest.mark.parametrize(("permille", "words"), [(0, "0 %"), (80, "8 %"), (125, "12.5 %")])
def test_thousandths_are_shown_in_percent(permille, words):
    column = columns.percent("permille", "Percent")

    assert column(SimpleNamespace(permille=permille)) == words
