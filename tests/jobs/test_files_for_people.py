"""A file that cannot be written is refused before the work, and one in a pod comes with the line that fetches it."""

import tempfile
from pathlib import Path

import click
import pytest

from jobs.files_for_people import place_for, written
from jobs.parameters import NEW_FILE

READ_ONLY = Path("/proc/report.html")
ELSEWHERE = Path(tempfile.gettempdir()) / "report.html"


@pytest.mark.parametrize("path", [READ_ONLY, Path("/nowhere/at/all/report.html")])
def test_a_place_that_cannot_be_written_is_refused_with_one_that_can(path: Path) -> None:
    with pytest.raises(click.UsageError, match=f"cannot be written .* like {ELSEWHERE}"):
        NEW_FILE.convert(str(path), None, None)


def test_a_folder_is_not_a_file_to_write(tmp_path: Path) -> None:
    with pytest.raises(click.UsageError, match="it is a folder"):
        NEW_FILE.convert(str(tmp_path), None, None)


def test_nothing_is_left_by_looking(tmp_path: Path) -> None:
    assert NEW_FILE.convert(str(tmp_path / "report.html"), None, None) == tmp_path / "report.html"
    assert list(tmp_path.iterdir()) == []


def test_a_file_without_a_named_place_goes_here_or_where_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert place_for("plan.json") == Path("plan.json")

    monkeypatch.chdir("/proc")
    assert place_for("report.html") == ELSEWHERE


def test_in_a_pod_the_command_that_fetches_it_is_shown_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert written(Path("/tmp/a b.html")) == "Written: /tmp/a b.html"
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("HOSTNAME", "operator-7")

    said = written(Path("/tmp/a b.html"))
    assert said.endswith("oc cp 'operator-7:/tmp/a b.html' 'a b.html'")
