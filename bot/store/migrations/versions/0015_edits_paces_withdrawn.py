"""what changes an older message and its reply, when a chat was last written to, items whose askers changed their mind

Revision ID: 0015
Revises: 0014
"""
import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

STATES = "state in ('new', 'taken', 'asking', 'answered', 'not_ours', 'merged'"


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
    op.add_column('inbox', sa.Column('replaced_by', number, nullable=True))
    op.add_column('outbox', sa.Column('edits', number, nullable=True))
    op.create_index('ix_outbox_channel_chat_finished_at', 'outbox', ['channel', 'chat', 'finished_at'])
    undone = sa.text("state != 'done'")
    for table in ('inbox', 'outbox'):
        op.drop_index(f'ix_{table}_state_channel_chat_id', table)
        for name, columns in (('undone', ['id']), ('undone_chat', ['channel', 'chat', 'id'])):
            op.create_index(f'ix_{table}_{name}', table, columns, sqlite_where=undone, postgresql_where=undone)
    with op.batch_alter_table('items', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_items_state'), type_='check')
        batch_op.create_check_constraint(op.f('ck_items_state'), f"{STATES}, 'withdrawn')")


def downgrade() -> None:
    op.execute("update items set state = 'not_ours' where state = 'withdrawn'")
    with op.batch_alter_table('items', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_items_state'), type_='check')
        batch_op.create_check_constraint(op.f('ck_items_state'), f"{STATES})")
    for table in ('inbox', 'outbox'):
        op.drop_index(f'ix_{table}_undone', table)
        op.drop_index(f'ix_{table}_undone_chat', table)
        op.create_index(f'ix_{table}_state_channel_chat_id', table, ['state', 'channel', 'chat', 'id'])
    op.drop_index('ix_outbox_channel_chat_finished_at', 'outbox')
    op.drop_column('outbox', 'edits')
    op.drop_column('inbox', 'replaced_by')
