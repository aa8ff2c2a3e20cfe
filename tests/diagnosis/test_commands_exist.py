"""Nobody is sent to a command that is not there."""

import re
import shlex

import click
import pytest

from diagnosis.catalogue import DIAGNOSES, Diagnosis
from jobs.commands.cli import build_cli
from tasks import JOBS
from tools import TOOLS

_VALUES = {"file": "BCR_PAYMENT_APPL_20261105.csv", "batch": 7, "code": 12, "slip": "206000010", "invoice": 31}
_WRITES_HERE = re.compile(
    r"\bby hand\b|(?:^|[.:;] )(?:Finish|finish|Set|Write|write|Cancel|cancel)\b|, (?:finish|cancel) "
)
_CHANGES = ("repair ", "ejv ", "files ", "ROUTING_SLIP_RECREATE")


@pytest.mark.parametrize("diagnosis", DIAGNOSES.values(), ids=lambda one: one.code)
def test_the_command_of_every_diagnosis_is_one_that_the_command_line_takes(diagnosis: Diagnosis) -> None:
    words = shlex.split(diagnosis.command.format(**_VALUES))
    command: click.Command = build_cli(JOBS, tools=TOOLS, use_sandbox=lambda: None, late={})
    context = click.Context(command)
    while words and isinstance(command, click.Group):
        _, found, words = command.resolve_command(context, words)
        assert found is not None
        command, context = found, click.Context(found, parent=context)
    if diagnosis.command:
        command.parse_args(context, words)


@pytest.mark.parametrize("diagnosis", DIAGNOSES.values(), ids=lambda one: one.code)
def test_whoever_is_told_to_write_something_here_gets_a_command_that_writes_it(diagnosis: Diagnosis) -> None:
    told = re.sub(r"Do not [^.]*[.]", "", diagnosis.action)
    if _WRITES_HERE.search(told):
        assert diagnosis.command.startswith(_CHANGES)
        assert not diagnosis.command.startswith("ejv search")
