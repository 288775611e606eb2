"""The real server, started once for all these tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import without
from tests.real.bluesky import Pds
from tools.testbed.install import folder_of_testbed, is_installed
from tools.testbed.pds import running_pds


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.real_server)


@pytest.fixture(scope="session")
def built_testbed() -> Path:
    """The folder of the test bed. Skips loudly where it was never built."""
    folder = folder_of_testbed()
    if not is_installed(folder):
        without("NO REAL SERVER: make test-real builds it", "QUORUM_REQUIRE_TESTBED")
    return folder


@pytest.fixture(scope="session")
def pds(built_testbed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pds]:
    """A running server with empty books, shared by the session: give each test handles of its own."""
    with running_pds(built_testbed, tmp_path_factory.mktemp("pds")) as running:
        yield Pds(running.address, running.directory)
