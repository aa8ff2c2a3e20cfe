"""Run the migrations on the connection that `database.migrate` hands over, or as SQL text."""

from alembic import context

from database.migrate import VERSION_TABLE
from database.own_schema import SCHEMA

connection = context.config.attributes.get("connection")
context.configure(
    connection=connection,
    dialect_name=None if connection is not None else "postgresql",
    literal_binds=connection is None,
    version_table=VERSION_TABLE,
    version_table_schema=SCHEMA,
    transaction_per_migration=True,
)

with context.begin_transaction():
    context.run_migrations()
