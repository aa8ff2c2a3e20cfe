"""The address of a database on the command line: whatever shows it shows stars."""

from typing import TYPE_CHECKING

import click

from config.masking import register_secret

if TYPE_CHECKING:
    from pydantic import SecretStr


class AddressType(click.ParamType["SecretStr"]):
    """The address of a PostgreSQL database, `postgresql://...`."""

    name = "URL"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> "SecretStr":
        from pydantic import SecretStr

        if isinstance(value, SecretStr):
            return value
        text = str(value)
        register_secret(text)
        if not text.startswith(("postgresql://", "postgres://", "postgresql+psycopg2://")):
            self.fail("it is not the address of a database, like postgresql://reader@host/pay.", param, ctx)
        return SecretStr(text)


ADDRESS = AddressType()
