"""One deliberate wrong for every invariant, as raw SQL that runs on both databases.

Each is tried inside a transaction that is rolled back, on copies of the tables without constraints and triggers.
"""
# ruff: noqa: S608 - the pieces of these statements are constants

from dataclasses import dataclass

from sqlalchemy import text

from campaigns.foundation.store import Unit

_TIPPED = "(SELECT id FROM deal WHERE tipped_by = 'threshold')"
_FAILED = "(SELECT id FROM deal WHERE state = 'failed')"
_OPEN = "(SELECT id FROM deal WHERE state = 'open')"
_CAPTURED = "(SELECT min(id) FROM orders WHERE state = 'captured')"
_UNUSED = "(SELECT min(id) FROM voucher WHERE state = 'issued')"
_USED = "(SELECT min(id) FROM voucher WHERE state = 'redeemed')"
_LONG_AGO = "'2026-11-20 12:00:00.000000'"


@dataclass(frozen=True)
class Plant:
    """`says` is part of the sentence that must name it."""

    id: str
    says: str
    tables: str
    sql: str

    async def put(self, unit: Unit) -> None:
        """Do it, in the transaction at hand."""
        for table in self.tables.split():
            await unit.run(text(f"ALTER TABLE {table} RENAME TO {table}_kept"))
            await unit.run(text(f"CREATE TABLE {table} AS SELECT * FROM {table}_kept"))
        await unit.run(text(self.sql))


PLANTS = (
    Plant("I1", "has not tipped", "deal", f"UPDATE deal SET tipped_at = NULL, tipped_by = NULL WHERE id IN {_TIPPED}"),
    Plant("I1", "has not tipped", "deal", f"UPDATE deal SET count_at_tip = threshold - 1 WHERE id IN {_TIPPED}"),
    Plant("I2", "other places", "deal", f"UPDATE deal SET units_taken = units_taken + 1 WHERE id IN {_OPEN}"),
    Plant("I3", "undecided", "orders", f"UPDATE orders SET state = 'authorized' WHERE deal_id IN {_FAILED}"),
    Plant("I3", "undecided", "orders", f"UPDATE orders SET state = 'capturing' WHERE deal_id IN {_TIPPED}"),
    Plant("I4", "their time is over", "deal", f"UPDATE deal SET decide_by = {_LONG_AGO} WHERE id IN {_OPEN}"),
    Plant("I4", "their time is over", "deal",
          f"UPDATE deal SET state = 'tipped', closes_at = {_LONG_AGO} WHERE id IN {_TIPPED}"),
    Plant("I5", "refunded more", "journal", f"UPDATE journal SET kind = 'refund' WHERE order_id = {_CAPTURED}"),
    Plant("I5", "exactly what was due", "orders", f"UPDATE orders SET due_minor = 1 WHERE id = {_CAPTURED}"),
    Plant("I5", "exactly what was due", "journal",
          f"INSERT INTO journal SELECT * FROM journal WHERE kind = 'capture' AND order_id = {_CAPTURED}"),
    Plant("I6", "sum to zero", "posting", "DELETE FROM posting WHERE id = (SELECT min(id) FROM posting)"),
    Plant("I6", "no postings", "posting",
          "DELETE FROM posting WHERE journal_id = (SELECT min(journal_id) FROM posting)"),
    Plant("I7", "number of vouchers", "voucher", f"DELETE FROM voucher WHERE id = {_UNUSED}"),
    Plant("I7", "can still be used", "orders",
          f"UPDATE orders SET state = 'refunded' WHERE id = (SELECT order_id FROM voucher WHERE id = {_UNUSED})"),
    Plant("I8", "has not failed", "orders", f"UPDATE orders SET reason = 'deal_failed' WHERE id = {_CAPTURED}"),
    Plant("I9", "by one column", "voucher", f"UPDATE voucher SET redeemed_at = issued_at WHERE id = {_UNUSED}"),
    Plant("I9", "by one column", "voucher", f"UPDATE voucher SET redeemed_at = {_LONG_AGO} WHERE id = {_USED}"),
    Plant("I10", "more places", "deal", f"UPDATE deal SET capacity = 1 WHERE id IN {_OPEN}"),
    Plant("I11", "exist twice", "outbox",
          "INSERT INTO outbox SELECT * FROM outbox WHERE id = (SELECT min(id) FROM outbox)"),
    Plant("I11", "what came of them", "outbox", "UPDATE outbox SET provider_ref = NULL WHERE kind = 'capture'"),
    Plant("I11", "nobody owes them", "orders", f"UPDATE orders SET state = 'releasing' WHERE deal_id IN {_FAILED}"),
    Plant("I12", "overdue", "outbox",
          f"UPDATE outbox SET state = 'pending', run_at = {_LONG_AGO} WHERE id = (SELECT min(id) FROM outbox)"),
    Plant("I12", "without an alarm", "outbox",
          "UPDATE outbox SET state = 'dead', alerted_at = NULL WHERE id = (SELECT min(id) FROM outbox)"),
    Plant("I13", "stored twice", "inbox",
          "INSERT INTO inbox SELECT * FROM inbox WHERE id = (SELECT min(id) FROM inbox)"),
    Plant("I13", "handled in time", "inbox", f"UPDATE inbox SET handled_at = NULL, received_at = {_LONG_AGO}"),
    Plant("I14", "had closed", "orders",
          "UPDATE orders SET placed_at = (SELECT closes_at FROM deal d WHERE d.id = orders.deal_id)"),
    Plant("I15", "order went from released to captured", "fact",
          "UPDATE fact SET from_state = 'released', to_state = 'captured' WHERE id ="
          " (SELECT min(id) FROM fact WHERE machine = 'order')"),
    Plant("I15", "orders are in another state", "orders",
          "UPDATE orders SET state = 'released' WHERE state = 'pending'"),
    Plant("I15", "deals are in another state", "deal", f"UPDATE deal SET state = 'settled' WHERE id IN {_FAILED}"),
    Plant("I15", "vouchers are in another state", "voucher",
          f"UPDATE voucher SET state = 'frozen' WHERE id = {_UNUSED}"),
    Plant("I16", "do not follow", "audit", "UPDATE audit SET prev_hash = 'another' WHERE seq = 2"),
    Plant("I16", "do not follow", "audit", "DELETE FROM audit WHERE seq = 1"),
    Plant("I16", "their head", "audit", "DELETE FROM audit WHERE seq = 2"),
)  # fmt: skip
