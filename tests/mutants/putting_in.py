"""Put a mutant into this process, which is thrown away afterwards: no file is written."""

import gc
import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping
from importlib.machinery import SourceFileLoader
from inspect import CO_OPTIMIZED
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from tests.mutants.mutant import ROOT

_COMPREHENSIONS = {"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"}
_Place = tuple[str, int, str]
Functions = Mapping[_Place, list[FunctionType]]


def functions_of(package: str) -> Functions:
    """Return the functions of a package that is imported, by the place of their code."""
    found: dict[_Place, list[FunctionType]] = defaultdict(list)
    gc.unfreeze()  # what pytest collected is among what is never looked through
    for one in gc.get_objects():
        if isinstance(one, FunctionType) and one.__code__.co_filename.startswith(f"{ROOT / package}/"):
            found[_place(one.__code__)].append(one)
    return found


def put_in(name: str, content: str, functions: Functions) -> bool:
    """Change a file of the project that is imported already; return False where that changes what its import did."""
    if name.endswith(".sql"):
        _put_in_statement(Path(name), content)
        return True
    return _put_in_functions(ROOT / name, content, functions)


def put_in_before_import(name: str, content: str) -> None:
    """Change a Python file of the project that is not imported yet."""
    changed = str(ROOT / name)
    as_it_is = SourceFileLoader.get_code

    def get_code(loader: SourceFileLoader, fullname: str) -> CodeType | None:
        return _compiled(content, changed) if loader.path == changed else as_it_is(loader, fullname)

    SourceFileLoader.get_code = get_code  # type: ignore[assignment, method-assign]


def _put_in_statement(name: Path, content: str) -> None:
    from sqlalchemy import text

    from database.sql import _written_out, statements

    of_package = statements(".".join(name.parts[:-2]))
    of_package._read[name.stem] = text(_written_out(content))


def _put_in_functions(file: Path, content: str, functions: Functions) -> bool:
    was, now = _compiled(file.read_text("utf-8"), str(file)), _compiled(content, str(file))
    changed = changed_functions(was, now)
    if changed is None:
        return False
    for old, new in changed:
        for function in functions.get(_place(old), ()):
            function.__code__ = new
    return True


def _compiled(source: str, file: str) -> CodeType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return compile(source, file, "exec", dont_inherit=True)


def _place(code: CodeType) -> _Place:
    return code.co_filename, code.co_firstlineno, code.co_qualname


def changed_functions(was: CodeType, now: CodeType) -> list[tuple[CodeType, CodeType]] | None:
    """Return the functions that differ; None where something differs that runs at import."""
    if _own(was) != _own(now):
        return None
    changed: list[tuple[CodeType, CodeType]] = []
    for old, new in zip(_inside(was), _inside(now), strict=True):
        if old == new:
            continue
        if not old.co_flags & CO_OPTIMIZED or old.co_name in _COMPREHENSIONS:  # a class, or what is run where it stands
            inner = changed_functions(old, new)
            if inner is None:
                return None
            changed += inner
        else:
            changed += _with_those_inside(old, new)
    return changed


def _with_those_inside(old: CodeType, new: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    yield old, new
    for inside, instead in zip(_inside(old), _inside(new), strict=False):
        yield from _with_those_inside(inside, instead)


def _inside(code: CodeType) -> list[CodeType]:
    return [one for one in code.co_consts if isinstance(one, CodeType)]


def _own(code: CodeType) -> tuple[Any, ...]:
    """Return what a piece of code does itself, whatever the functions do that it defines."""
    values = [(type(one), None if isinstance(one, CodeType) else one) for one in code.co_consts]
    return code.co_code, code.co_names, code.co_varnames, values
