"""`compare shadow`, told from top to bottom."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from config.business_time import day_start
from config.command_line import typed
from config.plurals import counted
from database.sql import statements
from jobs.files_for_people import write_whole, written
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Table
from tasks.stale_invoice_report.page.tables_page import write_page
from tools.compare_shadow.arguments import Arguments
from tools.compare_shadow.decisions import PAGE_OF, decision_for
from tools.compare_shadow.evidence import Evidence, gather_evidence
from tools.compare_shadow.fitness import require_fit, some
from tools.compare_shadow.held_by_verify import broken_by_ours
from tools.compare_shadow.merging import ShadowDifference, differences, is_noise, side_by_side
from tools.compare_shadow.reading import columns_of, one_snapshot, read_rows
from tools.compare_shadow.tables import TABLES, ComparedTable
from tools.verify.task import InvariantBreach

sql = statements(__package__)

MOST_KEPT = 2000
_LONGEST = 200


@dataclass
class ShadowFindings:
    """What was found: rows by table, differences by decision, and the first of those that none explains.

    evidence  what decisions rest on beside the difference
    examples  the first difference that each decision explains
    """

    evidence: Evidence = field(default_factory=Evidence)
    rows: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    explained: Counter[str] = field(default_factory=Counter)
    examples: dict[str, ShadowDifference] = field(default_factory=dict)
    noise: Counter[str] = field(default_factory=Counter)
    kept: list[ShadowDifference] = field(default_factory=list)

    def add(self, difference: ShadowDifference) -> None:
        """Count a difference, with the decision that explains it or as a finding."""
        decision = decision_for(difference, self.evidence)
        if decision is not None:
            self.explained[decision] += 1
            self.examples.setdefault(decision, difference)
            return
        self.findings[difference.table] += 1
        if len(self.kept) < MOST_KEPT:
            self.kept.append(difference)


def run(context: RunContext, arguments: Arguments) -> Outcome:
    """Compare the databases table by table, and say what no decision explains."""
    since = day_start(arguments.since) if arguments.since else None
    with ExitStack() as stack:
        by_option = {typed[0]: stack.enter_context(one_snapshot(*typed)) for typed in arguments.addresses()}
        require_fit(by_option)
        connections = list(by_option.values())
        found = ShadowFindings(gather_evidence(connections[0], connections[1], since))
        context.progress.begin(len(TABLES), "tables")
        for table in TABLES:
            context.progress.step(table.name)
            for difference in compared(connections, table, since, found, context.stop.check):
                found.add(difference)
            context.progress.advance()
        broken = list(broken_by_ours(connections[1], found.evidence, context.clock()))
        held = list(sql.run(connections[1], "list_held_files", since=since).scalars())
    outcome = _outcome(found, broken)
    if held:
        outcome.notes.append(
            f"Ours holds {counted(len(held), 'file')} ({some(held)}): what it tells is missing there. "
            f"Apply or put aside each ({typed('files list')}), then compare again."
        )
    if arguments.html_file:
        write_whole(arguments.html_file, lambda path: _write_page(path, outcome, context.clock()))
        outcome.notes.append(written(arguments.html_file))
    return outcome


def compared(
    connections: Sequence[Connection],
    table: ComparedTable,
    since: datetime | None,
    found: ShadowFindings,
    check: Callable[[], None],
) -> Iterator[ShadowDifference]:
    """Return what differs in a table, less what the old system does differently each time.

    connections  theirs, ours, and theirs again where there is one
    found        rows and noise are counted in it
    check        is called now and then, and may raise
    """
    theirs, ours, *_ = by_side = [columns_of(connection, table.name) for connection in connections]
    for column in sorted(theirs.keys() ^ ours.keys()):
        where = "theirs" if column in theirs else "ours"
        yield ShadowDifference(
            table.name, f"column {column}", "", _if(where == "theirs"), _if(where == "ours"), None, None
        )
    columns = {name: kind for name, kind in theirs.items() if all(name in side for side in by_side)}
    names = list(columns)
    streams = [read_rows(connection, table, columns, since) for connection in connections]
    for their_row, our_row, *again in side_by_side(streams):
        found.rows[table.name] += 1
        if found.rows[table.name] % 10_000 == 0:
            check()
        for difference in differences(table.name, names, their_row, our_row):
            if again and is_noise(difference, again[0], names):
                found.noise[table.name] += 1
            else:
                yield difference


def _if(is_there: bool) -> str | None:
    return "there" if is_there else None


def _outcome(found: ShadowFindings, broken: Sequence[InvariantBreach]) -> Outcome:
    findings, explained, noise = (counter.total() for counter in (found.findings, found.explained, found.noise))
    outcome = Outcome(attention=findings > 0 or bool(broken))
    outcome.counts.update(
        tables=len(TABLES),
        rows=found.rows.total(),
        findings=findings,
        broken=len(broken),
        explained=explained,
        noise=noise,
    )
    outcome.answer = (
        f"{counted(findings, 'difference')} that no decision explains, in {counted(len(found.findings), 'table')}."
        if findings
        else f"Nothing is left to explain in {counted(found.rows.total(), 'row')}."
    ) + f" {explained:,} explained by decisions, {noise:,} the old system's own."
    if findings:
        outcome.tables += [_by_table(found), _unexplained(found)]
        if findings > len(found.kept):
            outcome.notes.append(f"Shown are the first {len(found.kept):,} of {findings:,}.")
    if broken:
        outcome.answer += f" {counted(len(broken), 'row')} of ours broken where a decision explains all that differs."
        outcome.tables.append(_wrong_in_ours(broken))
    if explained:
        outcome.tables.append(_by_decision(found))
    return outcome


def _by_table(found: ShadowFindings) -> Table:
    rows = [(name, found.rows[name], number, found.noise[name]) for name, number in found.findings.items()]
    return Table("Where the two differ", ("table", "rows", "unexplained", "the old system's own"), rows, "tables")


def _unexplained(found: ShadowFindings) -> Table:
    rows = [(one.table, one.key, one.column or "(the row)", _short(one.theirs), _short(one.ours)) for one in found.kept]
    return Table(
        "Differences that no decision explains", ("table", "key", "column", "theirs", "ours"), rows, "findings"
    )


def _wrong_in_ours(broken: Sequence[InvariantBreach]) -> Table:
    rows = [(one.code, one.row, one.expected, one.found) for one in broken[:MOST_KEPT]]
    title = "What verify says of ours, where a decision explains all that differs"
    return Table(title, ("code", "row", "expected", "found"), rows, "broken")


def _by_decision(found: ShadowFindings) -> Table:
    rows = []
    for decision, number in sorted(found.explained.items()):
        one = found.examples[decision]
        where = f"{one.table}{one.column and '.' + one.column} of {one.key}"
        rows.append(
            (decision, f"docs/decisions/{PAGE_OF[decision]}", number, where, _short(one.theirs), _short(one.ours))
        )
    columns = ("decision", "page", "differences", "for example", "theirs", "ours")
    return Table("Differences that a decision explains", columns, rows, "explained")


def _short(value: str | None) -> str:
    if value is None:
        return "nothing"
    return value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…"


def _write_page(path: Path, outcome: Outcome, made_on: datetime) -> None:
    counts = outcome.counts
    figures = [
        ("differences that no decision explains", f"{counts['findings']:,}", counts["findings"] > 0),
        ("explained by decisions", f"{counts['explained']:,}", False),
        ("the old system's own", f"{counts['noise']:,}", False),
        ("rows compared", f"{counts['rows']:,}", False),
    ]
    with path.open("w", encoding="utf-8") as out:
        write_page(
            out,
            title="Shadow comparison",
            answer=outcome.answer,
            figures=figures,
            tables=outcome.tables,
            made_on=made_on,
            made_by="compare shadow",
        )
