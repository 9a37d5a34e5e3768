"""a state per person in a chat; what experts said is kept when a question waits again

Revision ID: 0003
Revises: 0002
"""
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
WAITING = 'number, channel, chat, asked_at, question, reason, shown, candidates, resolved_at, resolved_by, entry, note'


def upgrade() -> None:
    _make_chats(sa.Column('asker', sa.String(length=64), nullable=False))
    op.execute('CREATE TEMPORARY TABLE kept AS SELECT * FROM waiting')
    op.drop_table('waiting')
    op.create_table('waiting',
    sa.Column('id', ID, nullable=False),
    sa.Column('number', ID, nullable=False),
    *_columns(),
    sa.ForeignKeyConstraint(['number'], ['inbox.id'], name=op.f('fk_waiting_number_inbox')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_waiting'))
    )
    op.create_index(op.f('ix_waiting_number'), 'waiting', ['number'])
    op.create_index(op.f('ix_waiting_resolved_at'), 'waiting', ['resolved_at'])
    still_open = sa.text('resolved_at IS NULL')
    op.create_index(
        'uq_waiting_number_open', 'waiting', ['number'], unique=True, sqlite_where=still_open,
        postgresql_where=still_open,
    )
    op.execute(f'INSERT INTO waiting ({WAITING}) SELECT {WAITING} FROM kept ORDER BY number')
    op.execute('DROP TABLE kept')


def downgrade() -> None:
    op.execute(
        'CREATE TEMPORARY TABLE kept AS SELECT * FROM waiting'
        ' WHERE id IN (SELECT max(id) FROM waiting GROUP BY number)'
    )
    op.drop_table('waiting')
    op.create_table('waiting',
    sa.Column('number', ID, autoincrement=False, nullable=False),
    *_columns(),
    sa.ForeignKeyConstraint(['number'], ['inbox.id'], name=op.f('fk_waiting_number_inbox')),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_waiting'))
    )
    op.create_index(op.f('ix_waiting_resolved_at'), 'waiting', ['resolved_at'])
    op.execute(f'INSERT INTO waiting ({WAITING}) SELECT {WAITING} FROM kept')
    op.execute('DROP TABLE kept')
    _make_chats()


def _columns() -> list[sa.Column[Any]]:
    return [
        sa.Column('channel', sa.String(length=20), nullable=False),
        sa.Column('chat', sa.String(length=200), nullable=False),
        sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('question', sa.Text(), nullable=False),
        sa.Column('reason', sa.String(length=20), nullable=False),
        sa.Column('shown', sa.String(length=60), nullable=True),
        sa.Column('candidates', sa.JSON(), nullable=False),
        sa.Column('resolved_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('resolved_by', sa.String(length=100), nullable=True),
        sa.Column('entry', sa.String(length=60), nullable=True),
        sa.Column('note', sa.Text(), nullable=True),
    ]


def _make_chats(*asker: sa.Column[Any]) -> None:
    """Make the table anew, empty: what it remembers counts for half an hour."""
    op.drop_table('chats')
    op.create_table('chats',
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('chat', sa.String(length=200), nullable=False),
    *asker,
    sa.Column('choices', sa.JSON(), nullable=False),
    sa.Column('none', sa.String(length=64), nullable=True),
    sa.Column('answered', ID, nullable=True),
    sa.Column('until', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('channel', 'chat', *(column.name for column in asker), name=op.f('pk_chats'))
    )
