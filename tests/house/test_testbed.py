"""The test bed says what is missing instead of starting half of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.setup import SetupError
from tools.testbed.install import MADE_FROM, folder_of_testbed, is_installed
from tools.testbed.pds import STARTER, running_pds
from tools.tracked import ROOT


def test_it_lies_in_the_checkout_unless_a_setting_says_otherwise(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("QUORUM_TESTBED", raising=False)
    assert folder_of_testbed() == ROOT / ".testbed"
    monkeypatch.setenv("QUORUM_TESTBED", str(tmp_path))
    assert folder_of_testbed() == tmp_path


def test_only_what_was_built_to_its_end_from_these_versions_counts(tmp_path: Path) -> None:
    assert not is_installed(tmp_path)
    stamp = tmp_path / "made-from"
    stamp.write_text("something older")
    assert not is_installed(tmp_path)
    stamp.write_text(MADE_FROM)
    assert is_installed(tmp_path)


def test_a_server_that_is_not_built_is_not_started(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="not built"), running_pds(tmp_path, tmp_path):
        raise AssertionError("it started")


def test_the_starter_knows_no_public_directory() -> None:
    assert "https://" not in STARTER.read_text(encoding="utf-8")
