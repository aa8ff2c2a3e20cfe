"""What is wrong with a command that was typed, in words that say how it is typed right."""

import re

import click

from config.command_line import in_short
from config.plurals import counted

_OF_A_NUMBER = re.compile(r"(?P<value>.+?) is not (?:in the range|a valid integer)")
_WORDS_TOO_MANY = re.compile(r"Got unexpected extra arguments? \((?P<words>.*)\)")
_HARDLY_A_LIMIT = 2**31 - 1


def in_words(refused: click.ClickException) -> str:
    """Return what is wrong with a command."""
    said = refused.format_message()
    context = getattr(refused, "ctx", None)
    if isinstance(refused, click.MissingParameter):
        return _with_its_help(said, refused.param)
    if isinstance(refused, click.BadParameter) and isinstance(getattr(refused.param, "type", None), click.IntRange):
        return _number(said, refused)
    if context is None:
        return said
    if isinstance(refused, click.NoSuchOption) and isinstance(context.command, click.Group):
        return f"{said} Name one of the commands first: {context.command_path} COMMAND {refused.option_name}."
    if found := _WORDS_TOO_MANY.fullmatch(said):
        return _too_many(found["words"], context.command)
    return said


def _with_its_help(said: str, parameter: click.Parameter | None) -> str:
    """Return what is missing, and what it is for."""
    text = getattr(parameter, "help", None)
    return f"{said.rstrip('.')}: {text[0].lower()}{text[1:]}" if text else said


def _number(said: str, refused: click.BadParameter) -> str:
    """Return which numbers may stand there."""
    found = _OF_A_NUMBER.search(refused.message)
    if found is None:
        return said
    assert refused.param is not None
    limits = refused.param.type
    assert isinstance(limits, click.IntRange)
    low, high = limits.min, limits.max
    is_too_large = high is not None and found["value"].isdigit() and int(found["value"]) > high
    open_end = high is None or (high >= _HARDLY_A_LIMIT and not is_too_large)
    expected = f"{low} or more" if open_end else f"from {low} to {high}"
    begun = said.removesuffix(refused.message).rstrip()
    return f"{begun} {found['value']} cannot be used: expected a whole number, {expected}."


def _too_many(words: str, command: click.Command) -> str:
    """Return what there is no place for, and what the command takes."""
    context = click.Context(command)
    takes = [one.make_metavar(context) for one in command.params if isinstance(one, click.Argument)]
    has_file = any("--file" in parameter.opts for parameter in command.params)
    number = len(words.split())
    said = f"{counted(number, 'word')} too many: {words}. {command.name} takes {' '.join(takes) or 'options only'}."
    return f"{said} Did you mean {in_short('--file', words)}?" if has_file and not takes and number == 1 else said
