"""what was asked just before a question that may be a follow-up to it

Revision ID: 0004
Revises: 0003
"""
import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('exchanges', sa.Column('earlier', sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column('exchanges', 'earlier')
