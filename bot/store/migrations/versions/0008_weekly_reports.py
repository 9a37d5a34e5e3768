"""who was told of which week

Revision ID: 0008
Revises: 0007
"""
import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('reports',
    sa.Column('week', sa.String(length=10), nullable=False),
    sa.Column('person', sa.String(length=200), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('week', 'person', name=op.f('pk_reports'))
    )


def downgrade() -> None:
    op.drop_table('reports')
