"""The mutants of a package: each is one file with one small change."""

import copy
import itertools
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.mutants.sql_mutations import sql_changes

ROOT = Path(__file__).resolve().parents[2]
# What puts another value of the same type in place; the rest of the library's operators mostly break imports.
_OPERATORS = (
    "AddNot",
    "NumberReplacer",
    "ReplaceAndWithOr",
    "ReplaceBinaryOperator_Add_Sub",
    "ReplaceBinaryOperator_Sub_Add",
    "ReplaceBreakWithContinue",
    "ReplaceComparisonOperator_Eq_NotEq",
    "ReplaceComparisonOperator_GtE_Gt",
    "ReplaceComparisonOperator_Gt_GtE",
    "ReplaceComparisonOperator_Is_IsNot",
    "ReplaceComparisonOperator_LtE_Lt",
    "ReplaceComparisonOperator_Lt_LtE",
    "ReplaceComparisonOperator_NotEq_Eq",
    "ReplaceContinueWithBreak",
    "ReplaceFalseWithTrue",
    "ReplaceOrWithAnd",
    "ReplaceTrueWithFalse",
    "ReplaceUnaryOperator_Delete_Not",
    "ReplaceUnaryOperator_USub_UAdd",
    "ZeroIterationForLoop",
)


@dataclass(frozen=True)
class Mutant:
    """One file of the project with one change.

    line   where the change begins, from 1
    which  counts those of one file whose lines read the same, from 1
    """

    file: str
    line: int
    kind: str
    was: str
    now: str
    content: str
    which: int = 1

    @property
    def name(self) -> str:
        """What the mutant is called: the same as long as its file has these lines."""
        return f"{self.file} | {self.was} | {self.now}" + (f" ({self.which})" if self.which > 1 else "")


def mutants_of(package: str) -> list[Mutant]:
    """Return the mutants of a folder of the project, by file."""
    made: list[Mutant] = []
    for file in sorted((ROOT / package).rglob("*.sql")):
        made += _of_sql(file)
    for file in sorted((ROOT / package).rglob("*.py")):
        made += _of_python(file)
    made = list({(one.file, one.content): one for one in made}.values())
    seen: Counter[str] = Counter()
    for number, one in enumerate(made):
        seen[one.name] += 1
        made[number] = replace(one, which=seen[one.name])
    return made


def changed_files(since: str) -> set[str]:
    """Return the files that differ from a commit."""
    words = ["git", "diff", "--name-only", since]
    return set(subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split())


def _of_sql(file: Path) -> Iterator[Mutant]:
    statement = file.read_text("utf-8")
    for one in sql_changes(statement):
        yield _mutant(file, statement, statement[: one.start] + one.now + statement[one.end :], one.kind)


def _of_python(file: Path) -> Iterator[Mutant]:
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.plugins import get_operator

    source = file.read_text("utf-8")
    begins = [0, *itertools.accumulate(len(line) + 1 for line in source.split("\n"))]
    operators = {name: get_operator(f"core/{name}")() for name in _OPERATORS}
    for node in ast_nodes(get_ast(source)):
        start, end = (begins[line - 1] + column for line, column in (node.start_pos, node.end_pos))
        for name, operator in operators.items():
            for index, _ in enumerate(operator.mutation_positions(node)):
                now = operator.mutate(_copy(node), index)
                content = source[:start] + ("" if now is None else now.get_code(include_prefix=False)) + source[end:]
                if content != source and not _states_what_is_so(node, source[:start]):
                    made = _mutant(file, source, content, name)
                    if not made.was.startswith("@dataclass("):  # whether one can be changed, which types hold
                        yield made


def _states_what_is_so(node: Any, before: str) -> bool:
    """Whether it stands in an assertion, or in zip's `strict=`: no input can tell a weaker one."""
    while node is not None and node.type != "assert_stmt":
        node = node.parent
    return node is not None or before.endswith("strict=")


def _copy(node: Any) -> Any:
    """Return a copy of a node, which stands where the node stands."""
    around, node.parent = node.parent, None
    copied = copy.deepcopy(node)
    node.parent = copied.parent = around
    return copied


def _mutant(file: Path, before: str, after: str, kind: str) -> Mutant:
    old, new = before.split("\n"), after.split("\n")
    first = next(at for at, (was, now) in enumerate(zip(old, new, strict=False)) if was != now)
    last = next(at for at, (was, now) in enumerate(zip(old[::-1], new[::-1], strict=False)) if was != now)
    was, now = (" ".join(" ".join(lines[first : len(lines) - last]).split()) for lines in (old, new))
    return Mutant(str(file.relative_to(ROOT)), first + 1, kind, was, now, after)
