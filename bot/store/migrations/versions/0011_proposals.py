"""an item's answer may wait on a branch of git

Revision ID: 0011
Revises: 0010
"""
import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('items', sa.Column('branch', sa.String(length=200), nullable=True))


def downgrade() -> None:
    op.drop_column('items', 'branch')
