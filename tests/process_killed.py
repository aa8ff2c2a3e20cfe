"""The end of a process, as code inside it meets it."""


class ProcessKilled(BaseException):
    """The process died here: nothing after it runs, nothing before it is undone, and nothing catches it."""
