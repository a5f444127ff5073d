import pytest
from django.utils import translation


@pytest.fixture
def english():
    """Read in English."""
    with translation.override("en"):
        yield
