"""A group of commands whose help shows the whole first sentence of each, and whose options are typed once."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

import click

_LONGEST = 200


class WholeHelpGroup(click.Group):
    """A group that cuts no sentence short to keep it on one line, and lets no value of an option hide another."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, self.sentence(name)) for name in self.list_commands(ctx)])

    def sentence(self, name: str) -> str:
        """Return the first sentence of a command's help."""
        return self.commands[name].get_short_help_str(_LONGEST)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
        if command is not None and not isinstance(command, click.Group):
            _refuse_repeated(click.Context(command, ctx, name, **command.context_settings), rest)
        return name, command, rest


def _refuse_repeated(ctx: click.Context, words: Sequence[str]) -> None:
    """Raise UsageError where an option with one value was typed more than once: only the last would count."""
    typed: list[click.Parameter] = []
    with suppress(click.UsageError):  # what else is wrong is told where the words are read
        typed = ctx.command.make_parser(ctx).parse_args(list(words))[2]
    for option, number in Counter(typed).items():
        if isinstance(option, click.Option) and number > 1 and not (option.is_flag or option.multiple):
            raise click.UsageError(f"{max(option.opts, key=len)} was typed {number} times and takes one value.", ctx)
