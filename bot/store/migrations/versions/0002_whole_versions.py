"""a text's version is its whole sha256; the four digits that people were shown are its beginning

Revision ID: 0002
Revises: 0001
"""
import hashlib

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

texts = sa.table('snapshots', sa.column('entry'), sa.column('version'), sa.column('content'))
log = sa.table('exchanges', sa.column('entry'), sa.column('version'))


def upgrade() -> None:
    connection = op.get_bind()
    for entry, version, content in connection.execute(sa.select(texts)).all():
        whole = hashlib.sha256(content.encode()).hexdigest()
        if whole.startswith(version):
            for table in (texts, log):
                row = (table.c.entry == entry, table.c.version == version)
                connection.execute(sa.update(table).where(*row).values(version=whole))


def downgrade() -> None:
    pass  # texts were always found by the first digits of their version
