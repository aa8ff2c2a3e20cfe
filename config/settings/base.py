"""What the settings of every system have in common."""

from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Settings(BaseSettings):
    """The settings of one connected system."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", env_ignore_empty=True, populate_by_name=True, defer_build=True
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return the sources: no file is read for settings, and looking for none takes as long as reading them."""
        return init_settings, env_settings


def parts_of(name: str, url: str) -> SplitResult:
    """Return the parts of an address. Raises ValueError, without the address, where it cannot be read as one."""
    try:
        return urlsplit(url)
    except ValueError:
        raise ValueError(f"{name} holds an address that cannot be read: check its host and brackets") from None
