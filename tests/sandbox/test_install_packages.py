"""Installing says how far it is, and shows what pip complains of."""

from pathlib import Path

import pytest

from sandbox.install_packages import install


def test_what_pip_complains_of_is_shown_and_its_exit_code_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    lock = tmp_path / "some.lock"
    lock.write_text(f"no-such-package==1.0 \\\n    --hash=sha256:{'0' * 64}\n    # via pay-jobs\n", encoding="utf-8")

    code = install(lock)

    said = capsys.readouterr()
    assert code == 1
    assert said.out == "Packages: 1 to install, in about a minute\n"
    assert "The packages could not be installed. pip says:" in said.err
    assert "No matching distribution found for no-such-package==1.0" in said.err
