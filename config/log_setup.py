"""Set up the log: JSON lines in a pod, readable on a terminal, always on stderr, always masked.

Events are fixed words, facts are fields. What the standard library's loggers say passes through the same chain.
Tracebacks never show the values of local variables.
"""

import logging
import sys
from typing import Any, TextIO

from config.lean_imports import without
from config.log_tail import LogTail
from config.masking import mask
from config.visible import all_visible, takes_styles

with without("rich"):  # tracebacks are plain here
    import structlog
    from structlog.typing import EventDict, Processor, WrappedLogger


def mask_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Mask every value of a log event; the last processor before the renderer."""
    return {key: value if key.startswith("_") else mask(value, key) for key, value in event.items()}


def show_unseen(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Make visible what a terminal would obey in any value; in JSON it is escaped as it is."""
    return {key: value if key.startswith("_") else all_visible(value) for key, value in event.items()}


def configure_log(
    *, level: str = "INFO", json: bool | None = None, stream: TextIO | None = None, tail: LogTail | None = None
) -> None:
    """Send structlog and standard-library records to one handler.

    json    None: JSON lines unless the stream is a terminal
    stream  stderr unless named
    tail    keeps the last lines besides
    """
    target = stream or sys.stderr
    as_json = json if json is not None else not target.isatty()
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    last: list[Processor] = [mask_secrets] if as_json else [mask_secrets, show_unseen]
    to_json = structlog.processors.JSONRenderer(default=str)
    renderer: Processor = (
        to_json
        if as_json
        else structlog.dev.ConsoleRenderer(
            colors=takes_styles(target), exception_formatter=structlog.dev.plain_traceback
        )
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handlers: list[tuple[logging.Handler, list[Processor]]] = [(logging.StreamHandler(target), [*last, renderer])]
    if tail is not None:
        handlers.append((tail, [mask_secrets, to_json]))
    for handler, processors in handlers:
        without_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
        handler.setFormatter(
            structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[without_meta, *processors])
        )
    root = logging.getLogger()
    root.handlers[:] = [handler for handler, _ in handlers]
    root.setLevel(max(logging.WARNING, logging.getLevelName(level.upper())))
    logging.getLogger("pay_jobs").setLevel(level.upper())


def bind_log(**fields: Any) -> None:
    """Bind fields to every event of this run from now on."""
    structlog.contextvars.bind_contextvars(**fields)


def unbind_log() -> None:
    """Forget what an earlier run bound."""
    structlog.contextvars.clear_contextvars()


def get_log(**fields: Any) -> Any:
    """Return the project's logger with fields bound to it."""
    return structlog.get_logger("pay_jobs").bind(**fields)
