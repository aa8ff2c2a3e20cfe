"""The kinds of faults: which a job can be struck by, how often, and at what kind of point."""

from collections.abc import Collection

from sandbox.world.chance import RandomDraws

KINDS = (
    "kill", "freeze", "database", "lost", "error", "slow", "away", "sftp", "store", "half", "askew", "disk", "full"
)  # fmt: skip
AT_POINTS = frozenset({"kill", "freeze", "database", "away", "full"})
IN_ANSWERS = frozenset({"lost", "error", "slow"})
# What a job must ask for to be struck by a kind.
_ASKS = {
    "sftp": {"CasSftpSettings", "CgiSftpSettings"},
    "store": {"ObjectStoreSettings"},
    "half": {"CasSftpSettings"},
    "lost": {"CfsSettings"},
    "error": {"CfsSettings"},
    "slow": {"CfsSettings"},
    "away": {"CfsSettings"},
}
_STRUCK = 0.3
# Money moves in calls and commits: what strikes them comes up more often than what keeps a run from its work.
_OFTEN = ("kill", "kill", "lost", "error", "slow")
# Their steps outside are many, and most of their runs find nothing to do, or are rare.
_OF_STEPS = {"ROUTING_SLIP_RECREATE": 0.85, "repair wrong-freeze": 0.9}
_OFTEN_IN_STEPS = (*("kill", "freeze", "database") * 3, *("lost", "slow", "away") * 2)
# The kinds of points that its runs come to.
_PLACES = {
    "PAD_RECONCILE": ("commit", "call", "call"),
    "ROUTING_SLIP_RECREATE": ("commit", "call", "checkpoint", "checkpoint", "checkpoint"),
    "repair wrong-freeze": ("commit", "call", "checkpoint", "checkpoint"),
    "close": ("commit", "checkpoint"),
    "db prune": ("commit", "checkpoint"),
}


def drawn_kind(kinds: Collection[str], job: str, needs: Collection[str], draws: RandomDraws) -> str | None:
    """Return what strikes a run of a job that asks for some settings, None where nothing does."""
    if not kinds or not draws.happens(_OF_STEPS.get(job, _STRUCK)):
        return None
    possible = [kind for kind in kinds if kind not in _ASKS or _ASKS[kind] & set(needs)]
    if not possible:
        return None
    often = _OFTEN_IN_STEPS if job in _OF_STEPS else _OFTEN
    return draws.one_of([*possible, *(kind for kind in often if kind in possible)])


def drawn_place(kind: str, job: str, draws: RandomDraws) -> str:
    """Return at what kind of point a run of a job is struck."""
    return "write" if kind == "full" else draws.one_of(_PLACES.get(job, ("commit",)))
