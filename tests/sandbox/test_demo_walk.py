"""How the demo shows commands: in turn, short, and stopped by the first that fails."""

import re
from pathlib import Path

from sandbox.demo import LINES, DemoStep, farewell, shortened, walk

STEPS = [DemoStep("Why a.", ("a", "--x")), DemoStep("Why b.", ("b",)), DemoStep("Why c.", ("c",))]


def test_a_long_answer_is_shown_by_its_beginning_and_its_end() -> None:
    lines = [f"line {number}" for number in range(200)]

    assert len(shortened(lines)) == LINES
    assert (shortened(lines)[0], shortened(lines)[-1]) == ("line 0", "line 199")
    assert shortened(lines[:LINES]) == lines[:LINES]


def test_the_walk_stops_at_the_first_command_that_fails() -> None:
    said: list[str] = []
    codes = {"a": 3, "b": 1}

    code = walk(iter(STEPS), run=lambda step: (codes[step.words[0]], f"out of {step.words[0]}"), say=said.append)

    assert code == 1
    assert said == [
        "\n# Why a.\n$ python3 invoke_jobs.py a --x --sandbox", "out of a",
        "\n# Why b.\n$ python3 invoke_jobs.py b --sandbox", "out of b",
    ]  # fmt: skip


def test_the_end_names_the_report_the_console_and_three_commands(tmp_path: Path) -> None:
    said = farewell(tmp_path)

    assert f"{tmp_path.as_uri()}/stale.html" in said
    assert len(re.findall(r"^  python3 invoke_jobs\.py ", said, re.MULTILINE)) == 4
    assert "console --sandbox" in said
    assert "http://127.0.0.1:8080/" in said
