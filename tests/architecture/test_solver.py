"""The dispatch solver is a library of its own, and nobody pays for it at the site's start."""

from __future__ import annotations

import pkgutil
import subprocess
import sys

from django.conf import settings

from transport.dispatch import solver

HEAVY = ("numba", "numpy", "scipy", "ortools", "pyvrp", "vroom", "pandas", "matplotlib")


def imported_after(code: str) -> set[str]:
    tell = "import sys; print('\\n'.join(sorted({name.split('.')[0] for name in sys.modules})))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{tell}"],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_a_web_worker_starts_without_any_solver():
    loaded = imported_after("import config.wsgi")

    assert "django" in loaded
    assert loaded.isdisjoint(HEAVY)


def test_every_module_of_the_solver_is_imported_without_django_and_celery():
    names = [
        module.name
        for module in pkgutil.walk_packages(solver.__path__, f"{solver.__name__}.")
        if not module.ispkg and not module.name.endswith(".__main__")
    ]
    loaded = imported_after("\n".join(f"import {name}" for name in names))

    assert len(names) > 8
    assert "numba" in loaded
    assert loaded.isdisjoint({"django", "celery", "kernel", "bookings"})
