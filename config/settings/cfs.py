"""The accounting system behind PayBC."""

from config.settings.base import SecretStr, Settings, seconds, secret, text


class CfsSettings(Settings):
    """CFS, the accounting system behind PayBC, with its two identities (docs/specs/cfs-api.md section 2)."""

    base_url: str = text("CFS_BASE_URL")
    client_id: str = text("CFS_CLIENT_ID")
    client_secret: SecretStr = secret("CFS_CLIENT_SECRET")
    fas_client_id: str = text("CFS_FAS_CLIENT_ID")
    fas_client_secret: SecretStr = secret("CFS_FAS_CLIENT_SECRET")
    connector_auth: SecretStr | None = secret("PAY_CONNECTOR_AUTH", default=None)
    connect_timeout: float = seconds("CONNECT_TIMEOUT", default=10)
    max_per_second: float = seconds("CFS_MAX_PER_SECOND", default=20)
    invoice_prefix: str = text("CFS_INVOICE_PREFIX", default="REG")
