"""what may be typed in place of every button, not only of those under an answer

Revision ID: 0007
Revises: 0006
"""
import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.add_column('chats', sa.Column('words', sa.JSON(), nullable=True))
    op.drop_column('chats', 'answered')


def downgrade() -> None:
    op.add_column('chats', sa.Column('answered', ID, nullable=True))
    op.drop_column('chats', 'words')
