"""Whatever a schedule file holds, it is read or refused in words with its line."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from config.errors import ConfigError
from config.schedule import read_schedule
from config.yaml_lines import read_yaml

PIECES = st.sampled_from(
    [
        "a: 1\n",
        "\0",
        "\x01",
        "- ",
        "&x ",
        "*x",
        "[",
        "{",
        "!!int ",
        "!!timestamp ",
        "2026-99-99",
        "\t",
        "? ",
        "<<: ",
        ":",
    ]
)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a: 1\nb: \0\n", "schedule.yaml:2: the character U+0000 may not stand in YAML; remove it"),
        (b"a: 1\nb: 2\nc: \x07\n", "schedule.yaml:3: the character U+0007 may not stand in YAML; remove it"),
        (b"a: 1\nb: \xff\n", "schedule.yaml:2: this is not UTF-8; save the file as UTF-8"),
        (b"a: &x [*x]\n", "schedule.yaml:1: it is nested too deeply, or holds an alias of itself"),
        (b"a: " + b"[" * 5000, "schedule.yaml:1: it is nested too deeply, or holds an alias of itself"),
        (b"a: 1\nb: 2026-99-99\n", "schedule.yaml:2: '2026-99-99' was not understood"),
        (b"a: !!python/name:os 1\n", "schedule.yaml:1: could not determine a constructor for the tag"),
    ],
)
def test_invalid_yaml_is_reported_with_its_line(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "schedule.yaml"
    path.write_bytes(content)

    with pytest.raises(ConfigError) as refused:
        read_schedule(base=path)

    assert said in str(refused.value)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(content=b"!!int")
@given(content=st.one_of(st.binary(max_size=60), st.lists(PIECES, max_size=12).map("".join).map(str.encode)))
def test_any_bytes_are_read_or_refused_in_words(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any.yaml"
    path.write_bytes(content)

    _, _, problems = read_yaml(path)

    assert all(one.startswith("any.yaml:") for one in problems)
