"""Real data is sample data until somebody who knows has confirmed it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.apps import apps

from kernel.provenance import Confidence, Sourced

SOURCED = [model for model in apps.get_models() if issubclass(model, Sourced)]


def test_there_are_models_to_ask():
    assert len(SOURCED) >= 4


@pytest.mark.parametrize("model", SOURCED, ids=lambda model: model._meta.label)
def test_a_row_is_a_sample_until_it_is_confirmed(model):
    row = model()
    assert row.is_sample
    assert row.confidence == Confidence.LOW

    row.confirmed_at = datetime(2026, 10, 1, tzinfo=UTC)
    assert not row.is_sample
