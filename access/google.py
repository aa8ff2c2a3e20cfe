"""An access token of Google for whoever we are there, which renews itself.

Who we are stands in the settings: the key of a service account as text (AUTHPAY_GCP_AUTH_KEY), a file of credentials
(GOOGLE_APPLICATION_CREDENTIALS: a key, or workload identity federation), or neither: then the metadata server of the
machine is asked, which is also how workload identity of Google's own clusters works.
"""

import json
import os
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from access.kept_token import KeptToken, Token
from access.token_server import token_by_get
from config.errors import ConfigError
from config.settings import GoogleIdentity

PUBSUB = "https://www.googleapis.com/auth/pubsub"
SQL_LOGIN = "https://www.googleapis.com/auth/sqlservice.login"
_KEY, _FILE = "AUTHPAY_GCP_AUTH_KEY", "GOOGLE_APPLICATION_CREDENTIALS"
_METADATA = "metadata.google.internal"
_LARGEST_FILE = 64 * 1024


@cache
def google_token(identity: GoogleIdentity, scope: str) -> KeptToken:
    """Return the token of an identity for one use; all who ask in this process share it."""
    if identity.google_key is None and identity.google_credentials is None:
        return KeptToken(partial(_of_the_machine, scope))
    return KeptToken(partial(_of_credentials, identity, scope))


def name_of(identity: GoogleIdentity) -> str:
    """Return who we are to Google, for people, and where that stands. Raises ConfigError for unusable credentials."""
    if identity.google_key is None and identity.google_credentials is None:
        return f"the service account of this machine, as neither {_KEY} nor {_FILE} is set"
    said, where = _credentials(identity)
    return f"{said.get('client_email') or said.get('audience') or 'an account without a name'} ({where})"


def _of_the_machine(scope: str) -> Token:
    host = os.environ.get("GCE_METADATA_HOST") or _METADATA
    return token_by_get(
        f"http://{host}/computeMetadata/v1/instance/service-accounts/default/token?scopes={quote(scope, safe='')}",
        what="The metadata server of Google",
        unset=f"Neither {_KEY} nor {_FILE} is set, so it was asked for this machine's service account.",
        headers={"Metadata-Flavor": "Google"},
    )


def _of_credentials(identity: GoogleIdentity, scope: str) -> Token:
    from access.google_credentials import ask_for_token

    said, where = _credentials(identity)
    return ask_for_token(said, scope, where=where)


def _credentials(identity: GoogleIdentity) -> tuple[dict[str, Any], str]:
    """Return what the credentials say, and the setting they stand in. Raises ConfigError that shows nothing of them."""
    if identity.google_key is not None:
        text, where = identity.google_key.get_secret_value(), _KEY
    else:
        assert identity.google_credentials is not None
        text, where = _content(identity.google_credentials), _FILE
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise ConfigError(f"{where} holds no credentials of Google, which are one JSON object.")
    return said, where


def _content(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST_FILE).decode("utf-8", "replace")
    except OSError as error:
        raise ConfigError(f"{_FILE}: the file {path} cannot be read: {error.strerror}.") from error
