"""A group of commands whose help shows the whole first sentence of each."""

import click

_LONGEST = 200


class WholeHelpGroup(click.Group):
    """A group that cuts no sentence short to keep it on one line."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, self.sentence(name)) for name in self.list_commands(ctx)])

    def sentence(self, name: str) -> str:
        """Return the first sentence of a command's help."""
        return self.commands[name].get_short_help_str(_LONGEST)
