"""Text is text: whatever stands in a cell, a reason or a file name is shown as itself and never ends a command."""

import io
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import click
import pytest
from hypothesis import example, given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st

from config.log_setup import configure_log, get_log
from config.visible import on_one_line, to_json, visible
from jobs.commands import ledger_commands, outbox_commands
from jobs.commands.cli import build_cli, main
from jobs.run.outcome import Outcome, Reject, Table
from jobs.run.progress import Progress
from jobs.run.result import RunResult, show
from jobs.terminal import show_tables
from tests.jobs.conftest import RunJob, job_that

HOSTILE = ("[/x]", "[blink red]DONE 0 rejects[/]", ":smile:", "a\x1b[2Jb", "\x9b31m", "\u202edcba", "\ud800", "\\", "[")
text_of_any_kind = st.one_of(
    st.sampled_from(HOSTILE), st.text(max_size=40), st.lists(st.sampled_from(HOSTILE), max_size=5).map("".join)
)


def shown(action: Callable[[], object], monkeypatch: pytest.MonkeyPatch, *, encoding: str = "utf-8") -> str:
    """Return what an action prints on a stdout that takes only what an encoding has."""
    written = io.BytesIO()
    out = io.TextIOWrapper(written, encoding=encoding, errors="strict", newline="")
    with monkeypatch.context() as replaced:
        replaced.setattr("sys.stdout", out)
        action()
        out.flush()
    return written.getvalue().decode(encoding)


def unfolded(said: str) -> str:
    """Return what is shown without the room and the line breaks of a table."""
    return "".join(said.split())


@settings_of_hypothesis(deadline=None)
@given(cell=text_of_any_kind)
@example(cell="[/x]")
@example(cell="\ud800")
def test_any_text_is_shown_as_itself_wherever_it_stands(cell: str) -> None:
    outcome = Outcome(
        rejects=[Reject(cell, cell, cell)],
        notes=[cell],
        artifacts=[cell],
        tables=[Table(cell, ("a", cell[:9]), [(cell, cell)])],
    )
    result = RunResult("JOB", run_id=1, outcome=outcome, seconds=1.0)

    with pytest.MonkeyPatch.context() as monkeypatch:
        said = shown(lambda: show(result, as_json=False), monkeypatch)

    letters, fits = unfolded(visible(cell)), len(visible(cell)) <= 20 and "\n" not in cell and cell.isascii()
    assert not letters or unfolded(said).count(letters) >= (8 if fits else 3)  # long cells are folded beside others
    assert "\x1b" not in said
    assert all(letter in "\n\xa0" or letter.isprintable() or ord(letter) > 0x300 for letter in said)


@given(cell=text_of_any_kind)
def test_json_carries_every_character_and_none_that_a_terminal_obeys(cell: str) -> None:
    said = to_json({"cell": cell})

    assert json.loads(said) == {"cell": cell}
    assert on_one_line(said) == said
    said.encode()


@given(cell=st.text(max_size=30))
def test_what_was_made_visible_once_stays_as_it_is(cell: str) -> None:
    assert visible(visible(cell)) == visible(cell)
    visible(cell).encode()


def test_letters_of_every_language_are_left_alone() -> None:
    assert visible("Élise Łukasz 田中 Ωmega\nשלום") == "Élise Łukasz 田中 Ωmega\nשלום"


def prints(where: str, *, table: bool = False) -> Any:
    def task(context: Any, _arguments: Any) -> Outcome:
        if table:
            context.show(Table(where, ("a",), [(where,)]))
        context.progress.begin(2, where)
        return Outcome(rejects=[Reject(where, where)])

    return task


@pytest.fixture(autouse=True)
def without_signals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the signals of this process alone."""
    monkeypatch.setattr("jobs.lifecycle.task_context.watch_signals", lambda *_given: None)


def cli_of(*jobs: Any) -> click.Group:
    late: Any = {
        "history": ("", lambda: ledger_commands.history),
        "show": ("", lambda: ledger_commands.show),
        "outbox": ("", lambda: outbox_commands.outbox),
    }
    return build_cli(jobs, use_sandbox=lambda: None, late=late)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_of_a_run_changes_no_exit_code_and_breaks_nothing_afterwards(
    settings: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], hostile: str
) -> None:
    job = job_that(prints(hostile, table=True))

    cli = cli_of(job)
    assert main(cli, [job.name]) == 3
    assert main(cli, ["history"]) == 0
    assert main(cli, ["show", "1"]) == 0
    said = capsys.readouterr()
    assert unfolded(visible(hostile)) in unfolded(said.out)
    assert "\x1b" not in said.out + said.err


@pytest.mark.parametrize("hostile", [*HOSTILE, "password=Canary-7431"])
def test_a_reason_is_kept_masked_and_shown_as_text(
    run_job: RunJob, settings: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], hostile: str
) -> None:
    job = job_that(lambda _context, _arguments: Outcome())
    result = run_job(job, reason=f"because {hostile}")

    assert main(cli_of(job), ["show", str(result.run_id)]) == 0
    assert main(cli_of(job), ["show", str(result.run_id), "--json"]) == 0
    said = capsys.readouterr().out
    assert "Canary-7431" not in said
    assert f"because {visible(hostile)}" in said or "password=***" in said


def test_a_pipe_that_is_closed_changes_no_exit_code(settings: pytest.MonkeyPatch) -> None:
    class ClosedPipe(io.StringIO):
        def write(self, _text: str, /) -> int:
            raise BrokenPipeError

        def fileno(self) -> int:
            raise OSError

    job = job_that(prints("x"))
    settings.setattr("sys.stdout", ClosedPipe())

    assert main(cli_of(job), [job.name]) == 3


def test_a_screen_that_fails_changes_no_exit_code(
    settings: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class LetterlessScreen(io.StringIO):
        def write(self, _text: str, /) -> int:
            raise ValueError("no such letter")

    job = job_that(prints("x"))
    settings.setattr("sys.stdout", LetterlessScreen())

    assert main(cli_of(job), [job.name]) == 3
    assert "The result could not be shown; the log above says why" in capsys.readouterr().err


def test_letters_that_the_terminal_lacks_are_escaped(
    settings: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = job_that(prints("Élise"))

    assert "\\xc9lise" in shown(lambda: main(cli_of(job), [job.name]), settings, encoding="ascii")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_progress_bar_takes_names_as_text(hostile: str) -> None:
    with Progress(SimpleNamespace(info=lambda *_a, **_k: None), terminal=True) as progress:
        progress.begin(2, hostile)
        progress.step(hostile)
        progress.advance()


def test_the_log_of_a_terminal_shows_no_escape_sequence_of_others() -> None:
    stream = io.StringIO()
    configure_log(json=False, stream=stream)

    get_log().info("file.seen", file="a\x1b[2J\u202e", nested={"\x9b": ["\x07"]})

    assert "\\x1b[2J\\u202e" in stream.getvalue()
    assert all(letter == "\n" or letter.isprintable() for letter in stream.getvalue())


def test_the_tables_of_one_answer_share_a_screen(capsys: pytest.CaptureFixture[str]) -> None:
    tables = [Table(name, ("a", "b"), [(f"{name}{row}", row) for row in range(rows)]) for name, rows in
              (("one", 2), ("none", 0), ("two", 100), ("three", 100))]  # fmt: skip

    show_tables(tables)

    said = capsys.readouterr().out.splitlines()
    assert sum(line.startswith(" one") for line in said) == 2
    assert sum(line.startswith(" two") for line in said) == 9
    assert sum(line.startswith(" three") for line in said) == 3
    assert len(said) <= 28


@pytest.mark.parametrize(("no_color", "styled"), [("", True), ("1", False)])
def test_no_color_leaves_styles_out_of_log_lines_and_titles(
    monkeypatch: pytest.MonkeyPatch, no_color: str, styled: bool
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    log, screen = Terminal(), Terminal()
    monkeypatch.setenv("NO_COLOR", no_color)
    monkeypatch.setenv("COLUMNS", "100")
    configure_log(stream=log)
    get_log().warning("file.held", file="a")
    with monkeypatch.context() as replaced:
        replaced.setattr("sys.stdout", screen)
        show_tables([Table("Title", ("a",), [("x",)])])

    assert ("\x1b[" in log.getvalue(), "\x1b[" in screen.getvalue()) == (styled, styled)
