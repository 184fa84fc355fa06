"""Alembic's way in; the environment itself is shared by all services."""

from alembic import context

from shared.migrations import run

run(context.config)
