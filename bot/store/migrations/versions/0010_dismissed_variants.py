"""wordings that experts do not want as variants

Revision ID: 0010
Revises: 0009
"""
import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('dismissals',
    sa.Column('id', ID, nullable=False),
    sa.Column('entry', sa.String(length=60), nullable=False),
    sa.Column('wording', sa.Text(), nullable=False),
    sa.Column('by', sa.String(length=200), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('undone_by', sa.String(length=200), nullable=True),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dismissals')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_dismissals_entry'), 'dismissals', ['entry'])


def downgrade() -> None:
    op.drop_table('dismissals')
