"""One site for all faults of payment services, with the stand-ins of the three beside it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from config.demo.gate import Gate
from tests.faults import figures
from tests.faults.client import send
from tests.faults.journey import staff_of
from tests.faults.payments.operators import Operator
from tests.faults.payments.services import Stripe, services
from tests.faults.world import ALL, Stage, World, open_world


@pytest.fixture(scope="package")
def mall(stage: Stage, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Starting it takes seconds: the faults leave it as good as new."""
    with (
        django_db_blocker.unblock(),
        open_world(stage, processes=(*ALL, "fakes")) as site,
    ):
        assert figures.wait_for(lambda: send(f"{site.site.fakes}/healthz").status == 200)
        yield site


@pytest.fixture(autouse=True)
def well_again(mall: World) -> Iterator[None]:
    """What a test has broken is whole for the next one, however it ended."""
    yield
    for service in services(mall).values():
        service.well()


@pytest.fixture
def stripe(mall: World) -> Stripe:
    return Stripe(mall)


@pytest.fixture(scope="package")
def gate(mall: World) -> Gate:
    """Somebody at the gates; the digits that sign them in are good once."""
    return staff_of(mall)


@pytest.fixture(scope="package")
def operators(mall: World) -> list[Operator]:
    """Two logins; the digits that sign them in are good once."""
    return [Operator.sign_in(mall, role) for role in ("platform", "platform2")]
