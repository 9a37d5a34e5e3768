"""the day whose rules a question asks for, where that is not the day on which it is asked

Revision ID: 0014
Revises: 0013
"""
import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('exchanges', sa.Column('day', sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column('exchanges', 'day')
