"""What an answer of CFS says when it is not the one hoped for.

Source: docs/specs/cfs-api.md section 1.1.
"""

import httpx

from config.masking import mask_text
from connectors.cfs import exact_json
from connectors.cfs.names import DOWN, MESSAGES

TRY_AGAIN = frozenset({408, 429})


def is_away(answer: httpx.Response) -> bool:
    """Whether CFS, or something in front of it, could not handle the call at all."""
    return answer.is_server_error or answer.status_code in TRY_AGAIN or says_down(answer)


def says_down(answer: httpx.Response) -> bool:
    """Whether CFS says that it is closed, which it does with the status of something not found."""
    return answer.is_client_error and DOWN.lower() in answer.headers.get(MESSAGES, "").lower()


def reason_of(answer: httpx.Response) -> str:
    """Return what CFS says is wrong: the header, else the same name in the body (section 1.1)."""
    reason = answer.headers.get(MESSAGES, "")
    if not reason:
        try:
            body = exact_json.loads(answer.content)
        except ValueError:
            return ""
        reason = str(body.get(MESSAGES) or "") if isinstance(body, dict) else ""
    return mask_text(reason.strip())


def said(answer: httpx.Response) -> str:
    """Return the reason as the end of a sentence, nothing if there is none."""
    reason = reason_of(answer)
    return f", {reason}" if reason else ""
