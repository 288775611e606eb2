"""What happened stays: facts, journal, postings and the audit trail refuse UPDATE and DELETE."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_APPEND_ONLY = ("fact", "journal", "posting", "audit")
_ACTS = ("UPDATE", "DELETE")
_FUNCTION = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$
"""


def upgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:
        op.execute(_FUNCTION)
    for table in _APPEND_ONLY:
        for act in _ACTS:
            body = (
                "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
                if postgresql
                else f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
            op.execute(f"CREATE TRIGGER {_name(table, act)} BEFORE {act} ON {table} {body}")
    if postgresql:
        # Half-empty pages keep updates of the hot row on its page; neither counter nor version is indexed.
        op.execute("ALTER TABLE deal SET (fillfactor = 50)")


def downgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for table in _APPEND_ONLY:
        for act in _ACTS:
            of_table = f" ON {table}" if postgresql else ""
            op.execute(f"DROP TRIGGER {_name(table, act)}{of_table}")
    if postgresql:
        op.execute("DROP FUNCTION refuse_change()")
        op.execute("ALTER TABLE deal RESET (fillfactor)")


def _name(table: str, act: str) -> str:
    return f"{table}_refuses_{act.lower()}"
