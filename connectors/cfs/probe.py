"""What `doctor` asks of CFS."""

from collections.abc import Iterator
from contextlib import closing

from config.settings import CfsSettings
from connectors.cfs import CfsCaller, CfsClient, CfsSite


def tokens(settings: CfsSettings) -> Iterator[tuple[str, str]]:
    """Look for a receipt that does not exist, once as each identity: the answer "not there" needs a good token."""
    nowhere = CfsSite("0", "0", "0")
    with closing(CfsClient(settings, dry_run=True)) as client:
        for identity in CfsCaller:
            client.get_receipt(nowhere, "DOCTOR", identity=identity)
            yield f"token of {identity.name}", f"accepted by {settings.base_url}"
