"""Alembic migrations of the schema `pay_jobs`; structure only, never data, never a pay table."""
