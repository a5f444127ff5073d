"""The test command says what it lacks."""

from __future__ import annotations

import pytest

from config import testing
from config.servers import ServerTrouble


def test_browser_tests_without_a_browser_fail_with_the_line_that_installs_it(monkeypatch):
    monkeypatch.setattr(testing.shutil, "which", lambda name: None)
    monkeypatch.setattr(testing, "_run", lambda *args, **more: pytest.fail("it ran all the same"))

    with pytest.raises(ServerTrouble, match=r"apt-get install .*chromium fonts-noto-cjk"):
        testing.main(["--e2e", "tests/e2e"])
