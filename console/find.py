"""Find: what `explain` knows of an invoice, a CFS number, an account, a slip, a batch or a file, as a time line.

Names stand on this page and on no other; each look is one line of the log, with the person.
"""

from collections.abc import Callable
from dataclasses import dataclass
from shlex import quote

from config.errors import UsageError
from console.page import Page, PageContext
from database.sessions import Session
from jobs.run.outcome import Outcome
from tools.explain.arguments import Arguments
from tools.explain.lives import account_life, batch_life, file_life, invoice_life, slip_life

LONGEST = 200
SHOWN = 200


Related = list[tuple[str, str]]


def _invoice(session: Session, arguments: Arguments) -> tuple[Outcome, Related]:
    told = invoice_life(session, arguments)
    named = (("account", told.subject.auth_account_id), ("slip", told.subject.routing_slip))
    return told.outcome, [(kind, name) for kind, name in named if name]


def _alone(life: Callable[[Session, Arguments], Outcome]) -> Callable[[Session, Arguments], tuple[Outcome, Related]]:
    return lambda session, arguments: (life(session, arguments), [])


_LIVES: dict[str, Callable[[Session, Arguments], tuple[Outcome, Related]]] = {
    "invoice": _invoice,
    "account": _alone(account_life),
    "slip": _alone(slip_life),
    "batch": _alone(batch_life),
    "file": _alone(file_life),
}
KINDS = tuple(_LIVES)


@dataclass(frozen=True)
class SubjectLife:
    """The life of one thing, and the things beside it: their kinds and names."""

    kind: str
    outcome: Outcome
    related: Related


def page(context: PageContext) -> Page:
    """Return the page of what was looked for: each kind of thing that it names."""
    q, kind = context.asked("q")[:LONGEST], context.asked("kind", KINDS)
    if q:
        context.log.info("console.find", person=context.person or "this machine", kind=kind or "any", subject=q)
    found, unknown = _found(context.session, q, (kind,) if kind else KINDS) if q else ([], "")
    values = {"q": q, "quoted": quote(q), "kind": kind, "kinds": KINDS, "found": found, "unknown": unknown}
    return Page("find.html", "Find", values | {"most": SHOWN})


def _found(session: Session, q: str, kinds: tuple[str, ...]) -> tuple[list[SubjectLife], str]:
    """Return the life of each kind of thing with that name, and why there is none where there is none."""
    found: list[SubjectLife] = []
    unknown = ""
    for kind in kinds:
        try:
            found.append(SubjectLife(kind, *_LIVES[kind](session, Arguments(q))))
        except UsageError as error:
            unknown = str(error)
    if found:
        return found, ""
    return [], unknown if len(kinds) == 1 else f"No invoice, CFS number, account, slip, batch or file is named {q!r}."
