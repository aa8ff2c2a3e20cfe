"""The command line: one command a job, and the commands of the runner itself.

Click parses; an unknown job suggests the nearest name; every refusal ends with exit code 2 and, under --json, still
prints one object.
"""

import io
import shlex
import sys
import traceback
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import click

from config.command_line import ENTRYPOINT, typed
from config.errors import ExitCode, PayJobsError, UsageError
from config.masking import mask_text
from config.visible import to_json
from jobs.commands.usage_words import in_words
from jobs.commands.whole_help import WholeHelpGroup
from jobs.job import Job, by_name, imports_uncollected
from jobs.parameters import JSON_HELP, SANDBOX_HELP, json_option, use_sandbox
from jobs.terminal import complain, show_table, take_every_character, whatever_is_shown

if TYPE_CHECKING:
    from jobs.run.outcome import Table

LIKE = 0.75
_DRY_RUN_HELP = "Do everything in a transaction that is rolled back, and say what would have changed."
_SHARD_HELP = "Work on part i of n of the accounts, like 3/16."


class HelpWithCommands(click.HelpFormatter):
    """Help texts in which a command to copy stays on one line, however narrow the screen is."""

    def write_text(self, text: str) -> None:
        paragraphs = text.split("\n\n")
        super().write_text("\n\n".join(f"\b\n{one}" if _is_command(one) else one for one in paragraphs))


def _is_command(paragraph: str) -> bool:
    return paragraph.lstrip().startswith(ENTRYPOINT)


class CommandGroup(WholeHelpGroup):
    """A group whose members may be loaded late, and which suggests the nearest name for an unknown one."""

    def __init__(
        self,
        *args: Any,
        late: Mapping[str, tuple[str, Callable[[], click.Command]]] | None = None,
        elsewhere: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.late = dict(late or {})
        self.elsewhere = dict(elsewhere or {})
        self.late_members: dict[str, list[click.Command]] = {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), *self.late]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self.late:
            command = self.late[cmd_name][1]()
            for member in self.late_members.get(cmd_name, ()):
                assert isinstance(command, click.Group)
                command.add_command(member)
            return command
        return super().get_command(ctx, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            raise click.UsageError(self._unknown(ctx, args[0]), ctx)
        return super().resolve_command(ctx, args)

    def _unknown(self, ctx: click.Context, word: str) -> str:
        """Return who runs a job that is not here, or the name that was probably meant."""
        if runs_it := self.elsewhere.get(word.upper()):
            return f"{word} is not run by this program, but by {runs_it}."
        import difflib

        names = self.list_commands(ctx)
        near = difflib.get_close_matches(word.upper(), names, 1, LIKE) or difflib.get_close_matches(
            word, names, 1, LIKE
        )
        hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(names)}."
        return f"Unknown {'command' if self.parent_is_named(ctx) else 'job'} {word!r}. {hint}"

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [
            (name, self.late[name][0] if name in self.late else self.sentence(name)) for name in self.list_commands(ctx)
        ]
        for title, wanted in (("Jobs", True), ("Commands", False)):
            if chosen := [row for row in rows if row[0].isupper() is wanted]:
                with formatter.section(title):
                    formatter.write_dl(chosen)

    @staticmethod
    def parent_is_named(ctx: click.Context) -> bool:
        """Whether this group is itself a command of another, so that its members are no jobs."""
        return ctx.parent is not None


class JobCommand(click.Command):
    """The command of a job, which names the new command for an option that was retired."""

    def __init__(self, *args: Any, job: Job, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.job = job

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        retired = dict(self.job.retired)
        for word in args:
            option = word.partition("=")[0]
            if option in retired:
                raise click.UsageError(f"{option} is now a command of its own: {typed(retired[option])}", ctx)
        return super().parse_args(ctx, args)

    def check(self, values: Mapping[str, Any]) -> None:
        """Raise UsageError where parsed values do not go together."""
        names = {parameter.name for parameter in self.job.parameters}
        self.job.load_arguments({name: value for name, value in values.items() if name in names})


def build_cli(
    jobs: tuple[Job, ...],
    *,
    tools: Mapping[str, tuple[str, tuple[Job, ...]]] | None = None,
    elsewhere: Mapping[str, str] | None = None,
    use_sandbox: Callable[[], None],
    late: Mapping[str, tuple[str, Callable[[], click.Command]]],
) -> click.Group:
    """Put the command line together.

    tools        group: (one line of help, its members): hand tools, which run as jobs do; the group "" is the top
    elsewhere    name: who runs it, for jobs that people may look for here
    use_sandbox  starts the sandbox if needed and points the settings of this process at it
    late         name: (one line of help, how to load it), for commands whose imports are heavy
    """
    click.Context.formatter_class = HelpWithCommands
    tools = tools or {}
    by_name([*jobs, *(tool for _, members in tools.values() for tool in members)])
    group = CommandGroup(
        "invoke_jobs.py",
        late=late,
        elsewhere=elsewhere,
        help="Run the batch jobs of SBC Pay.\n\nExit codes: 0 done, 1 failed (a retry may help),"
        " 2 usage or configuration, 3 needs attention, 75 another run holds the lock.",
        context_settings={"obj": use_sandbox, "help_option_names": ["-h", "--help"], "max_content_width": 110},
    )
    for job in jobs:
        group.add_command(_job_command(job))
    for name, (help_line, members) in tools.items():
        commands = [_job_command(tool) for tool in members]
        if name in group.late:
            group.late_members[name] = commands
            continue
        place = CommandGroup(name, help=help_line) if name else group
        for command in commands:
            place.add_command(command)
        if name:
            group.add_command(place)
    group.add_command(_list_command(jobs))
    return group


def main(cli: click.Group, arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit code; no traceback ever reaches a person."""
    words = sys.argv[1:] if arguments is None else arguments
    take_every_character()
    try:
        _refuse_empty_words(words)
        code = cli.main(args=words, prog_name=ENTRYPOINT, standalone_mode=False)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except (click.Abort, BrokenPipeError):
        return ExitCode.FAILED
    except click.exceptions.NoArgsIsHelpError as empty:
        sys.stderr.write(f"{empty.format_message()}\n")
        return ExitCode.USAGE
    except click.ClickException as refused:
        return _refuse(words, in_words(refused), getattr(refused, "ctx", None), ExitCode.USAGE)
    except PayJobsError as error:
        return _refuse(words, error.full_text, None, error.exit_code)
    except Exception as fault:
        traceback.print_exc(file=(trace := io.StringIO()))
        complain(trace.getvalue())
        return _refuse(
            words, f"{type(fault).__name__}: {fault}. This is a fault of the program.", None, ExitCode.FAILED
        )
    return int(code or 0)


def _refuse_empty_words(words: list[str]) -> None:
    """Raise UsageError for an empty word, which a variable that is not set leaves: to a command it would mean all."""
    for before, word in zip(["invoke_jobs.py", *words], words, strict=False):
        option, sign, value = word.partition("=")
        if not word or (option.startswith("--") and sign and not value):
            where = f"{option} has no value" if word else f"The word after {before} is empty"
            raise UsageError(f"{where}: is a variable not set? Nothing was done.")


def _refuse(words: list[str], message: str, context: click.Context | None, code: ExitCode) -> int:
    message = mask_text(message)
    if context is not None:
        sys.stderr.write(f"{context.get_usage()}\nTry '{context.command_path} --help' for examples.\n\n")
    complain(f"Error: {message}")
    if "--json" in words:
        from jobs.run.result import refusal

        command = next((word for word in words if not word.startswith("-")), None)
        sys.stdout.write(to_json(refusal(command, message, code)) + "\n")
    return code


@cache
def _common_options() -> tuple[click.Parameter, ...]:
    return (
        click.Option(["--dry-run"], is_flag=True, is_eager=True, help=_DRY_RUN_HELP),
        click.Option(["--json", "as_json"], is_flag=True, help=JSON_HELP),
        click.Option(["--sandbox"], is_flag=True, help=SANDBOX_HELP),
    )


def _job_command(job: Job) -> click.Command:
    common = list(_common_options())
    if job.shardable:
        common.append(click.Option(["--shard"], metavar="I/N", help=_SHARD_HELP))

    def run(dry_run: bool, as_json: bool, sandbox: bool, shard: str | None = None, **values: Any) -> int:
        with imports_uncollected():
            from jobs.lifecycle.runner import RunRequest, execute
            from jobs.run.result import show

        job.load_arguments(values)
        if sandbox:
            use_sandbox()
        command = shlex.join([*job.name.split(), *_words_of(job, values), *(["--dry-run"] if dry_run else [])])
        result = execute(job, RunRequest(values, command, dry_run, shard, None if as_json else _show_now))
        with whatever_is_shown():
            show(result, as_json=as_json)
        return result.exit_code

    examples = "\n".join(f"  {typed(example)}" for example in job.examples)
    return JobCommand(
        job.name.split()[-1],
        job=job,
        params=[*job.parameters, *common],
        callback=run,
        help=f"{job.summary}\n\n\b\nExamples:\n{examples}",  # \b: lines to be copied are not wrapped
        short_help=job.summary,
    )


def _show_now(table: "Table") -> None:
    with whatever_is_shown():
        show_table(table)


def _words_of(job: Job, values: Mapping[str, Any]) -> list[str]:
    """Return the words that were typed for a job's own parameters, for the ledger."""
    words: list[str] = []
    for parameter in job.parameters:
        value = values.get(parameter.name or "")
        if value in (None, False, (), parameter.default):
            continue
        given = value if isinstance(value, tuple) else (value,)
        for one in given:
            if isinstance(parameter, click.Option):
                words.append(max(parameter.opts, key=len))
            if one is not True:
                words.append(str(one))
    return words


def _list_command(jobs: tuple[Job, ...]) -> click.Command:
    @click.command("list", help="Show the jobs, one line and an example each.")
    @json_option
    def list_jobs(as_json: bool) -> None:
        if as_json:
            rows = [{"job": job.name, "summary": job.summary, "examples": job.examples} for job in jobs]
            from jobs.run.result import print_json

            print_json("list", {"jobs": rows})
            return
        for job in jobs:
            click.echo(f"{job.name:<24}{job.summary}")
            click.echo(f"{'':<24}{typed(job.examples[0])}")

    return list_jobs
