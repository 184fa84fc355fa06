"""${message}"""

from typing import Any

import sqlalchemy as sa
from alembic import op

import shared.db

revision = ${repr(up_revision)}
down_revision: Any = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
