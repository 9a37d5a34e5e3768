"""what may be typed in place of every button, and the tokens of platforms

Revision ID: 0012
Revises: 0011
"""
import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.add_column('chats', sa.Column('words', sa.JSON(), nullable=True))
    op.drop_column('chats', 'answered')
    op.create_table('credentials',
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('access', sa.Text(), nullable=False),
    sa.Column('refresh', sa.Text(), nullable=False),
    sa.Column('renew_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('renewing_until', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('channel', name=op.f('pk_credentials'))
    )


def downgrade() -> None:
    op.drop_table('credentials')
    op.add_column('chats', sa.Column('answered', ID, nullable=True))
    op.drop_column('chats', 'words')
