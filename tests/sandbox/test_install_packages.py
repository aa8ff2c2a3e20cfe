"""Installing says how far it is, and shows what pip complains of."""

import hashlib
import zipfile
from pathlib import Path

import pytest

from sandbox.install_packages import install


def test_every_package_of_the_lock_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("PIP_TARGET", str(tmp_path / "installed"))
    names = ["apple", "pear", "plum"]
    lock = tmp_path / "some.lock"
    lock.write_text("# fruit\n" + "".join(_locked(tmp_path, name) for name in names), encoding="utf-8")

    code = install(lock)

    assert code == 0
    assert sorted(path.name for path in (tmp_path / "installed").glob("*.py")) == [f"{name}.py" for name in names]
    assert capsys.readouterr().out.startswith(
        "Packages: 3 to install, in about a minute\n3 packages are installed, in "
    )


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


def _locked(folder: Path, name: str) -> str:
    """Make a package, and return the lines of a lock that name it."""
    about = f"{name}-1.0.dist-info"
    wheel = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as packed:
        packed.writestr(f"{name}.py", "")
        packed.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        packed.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        packed.writestr(f"{about}/RECORD", "")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    return f"{name}==1.0 ; python_version >= '3.11' \\\n    --hash=sha256:{digest}\n    # via pay-jobs\n"
