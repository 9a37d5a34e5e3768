"""what is new, who follows it, and what officers share

Revision ID: 0009
Revises: 0008
"""
import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.add_column('people', sa.Column('looked_at', sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        'editions',
        sa.Column('kind', sa.String(length=10), nullable=False),
        sa.Column('key', sa.String(length=100), nullable=False),
        sa.Column('version', sa.String(length=64), nullable=False),
        sa.Column('seen_at', sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint('kind', 'key', 'version', name=op.f('pk_editions')),
    )
    op.create_index(op.f('ix_editions_seen_at'), 'editions', ['seen_at'])
    op.create_table(
        'follows',
        sa.Column('channel', sa.String(length=20), nullable=False),
        sa.Column('chat', sa.String(length=200), nullable=False),
        sa.Column('asker', sa.String(length=64), nullable=False),
        sa.Column('topic', sa.String(length=60), nullable=False),
        sa.Column('number', ID, nullable=False),
        sa.Column('told_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['number'], ['inbox.id'], name=op.f('fk_follows_number_inbox')),
        sa.PrimaryKeyConstraint('channel', 'chat', 'asker', 'topic', name=op.f('pk_follows')),
    )
    op.create_table(
        'shares',
        sa.Column('number', ID, autoincrement=False, nullable=False),
        sa.Column('channel', sa.String(length=20), nullable=False),
        sa.Column('chat', sa.String(length=200), nullable=False),
        sa.Column('asker', sa.String(length=64), nullable=False),
        sa.Column('what', sa.Text(), nullable=True),
        sa.Column('where', sa.Text(), nullable=True),
        sa.Column('result', sa.Text(), nullable=True),
        sa.Column('may_name', sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(['number'], ['inbox.id'], name=op.f('fk_shares_number_inbox')),
        sa.PrimaryKeyConstraint('number', name=op.f('pk_shares')),
    )


def downgrade() -> None:
    op.drop_table('shares')
    op.drop_table('follows')
    op.drop_index(op.f('ix_editions_seen_at'), table_name='editions')
    op.drop_table('editions')
    op.drop_column('people', 'looked_at')
