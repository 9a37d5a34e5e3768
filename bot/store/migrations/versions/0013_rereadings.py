"""entries to be looked at again, since a document that they rest on has changed

Revision ID: 0013
Revises: 0012
"""
import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('rereadings',
    sa.Column('id', ID, nullable=False),
    sa.Column('entry', sa.String(length=60), nullable=False),
    sa.Column('document', sa.String(length=200), nullable=False),
    sa.Column('cause', sa.String(length=200), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=True),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('opened_by', sa.String(length=100), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settled_by', sa.String(length=100), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rereadings')),
    sa.UniqueConstraint('entry', 'document', 'cause', name=op.f('uq_rereadings_entry_document_cause')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_rereadings_settled_at'), 'rereadings', ['settled_at'])


def downgrade() -> None:
    op.drop_table('rereadings')
