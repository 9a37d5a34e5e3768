"""when a chat was answered last, and which messages another one stands for, found without reading them all

Revision ID: 0016
Revises: 0015
"""
import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_inbox_channel_chat_finished_at', 'inbox', ['channel', 'chat', 'finished_at'])
    replaced = sa.text('replaced_by IS NOT NULL')
    op.create_index('ix_inbox_replaced_by', 'inbox', ['replaced_by'], sqlite_where=replaced, postgresql_where=replaced)


def downgrade() -> None:
    op.drop_index('ix_inbox_replaced_by', 'inbox')
    op.drop_index('ix_inbox_channel_chat_finished_at', 'inbox')
