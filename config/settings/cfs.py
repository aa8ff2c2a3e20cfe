"""The accounting system behind PayBC."""

from pydantic import Field, SecretStr

from config.settings.base import Seconds, Settings


class CfsSettings(Settings):
    """CFS, the accounting system behind PayBC, with its two identities (docs/specs/cfs-api.md section 2)."""

    base_url: str = Field(validation_alias="CFS_BASE_URL")
    client_id: str = Field(validation_alias="CFS_CLIENT_ID")
    client_secret: SecretStr = Field(validation_alias="CFS_CLIENT_SECRET")
    fas_client_id: str = Field(validation_alias="CFS_FAS_CLIENT_ID")
    fas_client_secret: SecretStr = Field(validation_alias="CFS_FAS_CLIENT_SECRET")
    connector_auth: SecretStr | None = Field(None, validation_alias="PAY_CONNECTOR_AUTH")
    connect_timeout: Seconds = Field(10, validation_alias="CONNECT_TIMEOUT")
    max_per_second: Seconds = Field(20, validation_alias="CFS_MAX_PER_SECOND")
    invoice_prefix: str = Field("REG", validation_alias="CFS_INVOICE_PREFIX")
