"""The lines of an INBOX file, brought into the positions of feedback, so that one reader knows both.

An outgoing line has the feeder before its type, one delimiter where feedback has three characters, and ends with a
delimiter where feedback has return code and message. BH, which names the batch, takes the place of BG in feedback.
Source: docs/specs/cgi-ejv-files.md sections 3 and 6.
"""

from tasks.ejv_feedback_check.feedback_lines import ACCEPTED, FeedbackLine, read_line
from tasks.ejv_feedback_check.file_lines import decoded

_TAIL = f"{ACCEPTED}{'':150}CGI"


def read_inbox_line(number: int, raw: bytes) -> FeedbackLine:
    """Read one line of an inbox file; its return code has no meaning."""
    text = decoded(raw)
    record, body = text[6:8], text[9:].removesuffix("\x1d")
    if record == "BH":
        return read_line(number, f"{text[4:6]}BG...{body}".encode())
    return read_line(number, f"{text[4:8]}...{body}{_TAIL}".encode())


def fiscal_year(raw: bytes) -> str:
    """Return the fiscal year in a BH line of an inbox file."""
    return decoded(raw)[13:17]
