"""questions that wait are items: grouped, acted on, told; who may be told, what is held, what was recalled

Revision ID: 0005
Revises: 0004
"""
import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('lost',
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('chat', sa.String(length=200), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('channel', 'chat', name=op.f('pk_lost'))
    )
    op.create_table('held',
    sa.Column('entry', sa.String(length=60), nullable=False),
    sa.Column('by', sa.String(length=100), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('entry', name=op.f('pk_held'))
    )
    op.create_table('items',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('reason', sa.String(length=20), nullable=False),
    sa.Column('question', sa.Text(), nullable=False),
    sa.Column('topic', sa.String(length=60), nullable=True),
    sa.Column('asked', sa.Integer(), nullable=False),
    sa.Column('askers', sa.Integer(), nullable=False),
    sa.Column('first_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('search', sa.Text(), nullable=False),
    sa.Column('taken_by', sa.String(length=100), nullable=True),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settled_by', sa.String(length=100), nullable=True),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('entry', sa.String(length=60), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('into', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.CheckConstraint("state in ('new', 'taken', 'asking', 'answered', 'not_ours', 'merged')", name=op.f('ck_items_state')),
    sa.ForeignKeyConstraint(['into'], ['items.id'], name=op.f('fk_items_into_items')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_items')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('items', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_items_number'), ['number'], unique=False)
        batch_op.create_index(batch_op.f('ix_items_state_askers_first_at'), ['state', 'askers', 'first_at'], unique=False)

    op.create_table('people',
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('asker', sa.String(length=64), nullable=False),
    sa.Column('province', sa.String(length=60), nullable=True),
    sa.Column('quiet', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('channel', 'asker', name=op.f('pk_people'))
    )
    op.create_table('acts',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('item', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('by', sa.String(length=100), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.Column('undoes', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['item'], ['items.id'], name=op.f('fk_acts_item_items')),
    sa.ForeignKeyConstraint(['undoes'], ['acts.id'], name=op.f('fk_acts_undoes_acts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_acts')),
    sa.UniqueConstraint('undoes', name=op.f('uq_acts_undoes')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('acts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_acts_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_acts_item'), ['item'], unique=False)

    op.create_table('drafts',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('item', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('by', sa.String(length=100), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['item'], ['items.id'], name=op.f('fk_drafts_item_items')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_drafts')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('drafts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_drafts_item'), ['item'], unique=False)

    op.create_table('tellings',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('cause', sa.String(length=100), nullable=False),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('chat', sa.String(length=200), nullable=False),
    sa.Column('asker', sa.String(length=64), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('label', sa.String(length=18), nullable=True),
    sa.Column('reply', sa.JSON(), nullable=True),
    sa.CheckConstraint("state in ('sent', 'kept', 'unwanted', 'withdrawn')", name=op.f('ck_tellings_state')),
    sa.ForeignKeyConstraint(['number'], ['inbox.id'], name=op.f('fk_tellings_number_inbox')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tellings')),
    sa.UniqueConstraint('number', 'cause', name=op.f('uq_tellings_number_cause')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('tellings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_tellings_channel_chat_state'), ['channel', 'chat', 'state'], unique=False)

    op.create_table('recalls',
    sa.Column('exchange', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('version', sa.String(length=64), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['exchange'], ['exchanges.id'], name=op.f('fk_recalls_exchange_exchanges')),
    sa.PrimaryKeyConstraint('exchange', 'version', name=op.f('pk_recalls'))
    )
    with op.batch_alter_table('chats', schema=None) as batch_op:
        batch_op.add_column(sa.Column('expects', sa.String(length=64), nullable=True))

    with op.batch_alter_table('exchanges', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_exchanges_asked_at'), ['asked_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_exchanges_entry'), ['entry'], unique=False)

    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.add_column(sa.Column('about', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))

    with op.batch_alter_table('waiting', schema=None) as batch_op:
        batch_op.add_column(sa.Column('item', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.add_column(sa.Column('asker', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('province', sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column('folded', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('base', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('topic', sa.String(length=60), nullable=True))
        batch_op.create_index(batch_op.f('ix_waiting_item'), ['item'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_waiting_item_items'), 'items', ['item'], ['id'])



def downgrade() -> None:
    with op.batch_alter_table('waiting', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_waiting_item_items'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_waiting_item'))
        batch_op.drop_column('topic')
        batch_op.drop_column('base')
        batch_op.drop_column('folded')
        batch_op.drop_column('province')
        batch_op.drop_column('asker')
        batch_op.drop_column('item')

    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_column('about')

    with op.batch_alter_table('exchanges', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_exchanges_entry'))
        batch_op.drop_index(batch_op.f('ix_exchanges_asked_at'))

    with op.batch_alter_table('chats', schema=None) as batch_op:
        batch_op.drop_column('expects')

    op.drop_table('recalls')
    with op.batch_alter_table('tellings', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_tellings_channel_chat_state'))

    op.drop_table('tellings')
    with op.batch_alter_table('drafts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_drafts_item'))

    op.drop_table('drafts')
    with op.batch_alter_table('acts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_acts_item'))
        batch_op.drop_index(batch_op.f('ix_acts_at'))

    op.drop_table('acts')
    op.drop_table('people')
    with op.batch_alter_table('items', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_items_state_askers_first_at'))
        batch_op.drop_index(batch_op.f('ix_items_number'))

    op.drop_table('items')
    op.drop_table('held')
    op.drop_table('lost')
