"""I1 to I16 as statements that run alike on SQLite and PostgreSQL. Each counts violations and must answer 0.

Parameters: `:due` and `:overdue` are instants before which nothing may be left waiting, `:placed` the order
states that use capacity.
"""

from __future__ import annotations

from typing import NamedTuple


class Statement(NamedTuple):
    """`sentence` follows a count: "2 orders …" is read as what is wrong."""

    id: str
    sentence: str
    sql: str


_MONEY = (
    Statement(
        "I1",
        "orders were charged although their deal has not tipped",
        """
        SELECT count(*) FROM orders o JOIN deal d ON d.id = o.deal_id
         WHERE (o.captured_at IS NOT NULL OR o.state IN ('capturing','captured','payment_problem','dropped'))
           AND (d.tipped_at IS NULL OR (d.tipped_by = 'threshold' AND d.count_at_tip < d.threshold))
        """,
    ),
    Statement(
        "I5",
        "orders were refunded more than was taken",
        """
        SELECT count(*) FROM (SELECT order_id FROM journal
         WHERE order_id IS NOT NULL GROUP BY order_id, currency
         HAVING sum(CASE WHEN kind IN ('capture','stray','refund_failed') THEN amount_minor
                         WHEN kind = 'refund' THEN -amount_minor ELSE 0 END) < 0) t
        """,
    ),
    Statement(
        "I5",
        "orders were not charged exactly what was due, once",
        """
        SELECT count(*) FROM orders o
         WHERE o.due_minor * (CASE WHEN o.captured_at IS NULL THEN 0 ELSE 1 END) <>
         (SELECT coalesce(sum(j.amount_minor), 0) FROM journal j
           WHERE j.order_id = o.id AND j.kind = 'capture' AND j.currency = o.currency)
        """,
    ),
    Statement(
        "I6",
        "journal entries do not sum to zero",
        """
        SELECT count(*) FROM (SELECT journal_id FROM posting GROUP BY journal_id, currency
         HAVING sum(amount_minor) <> 0) t
        """,
    ),
    Statement(
        "I6",
        "journal entries have no postings",
        "SELECT count(*) FROM journal j WHERE NOT EXISTS (SELECT 1 FROM posting p WHERE p.journal_id = j.id)",
    ),
)
_DEALS = (
    Statement(
        "I2",
        "deals count other places as taken than their orders take",
        """
        SELECT count(*) FROM deal d WHERE d.units_taken <>
         (SELECT coalesce(sum(o.units - o.units_refunded), 0) FROM orders o
           WHERE o.deal_id = d.id AND o.state IN :placed)
        """,
    ),
    Statement(
        "I3",
        "orders are undecided although their deal is over",
        """
        SELECT count(*) FROM orders o JOIN deal d ON d.id = o.deal_id
         WHERE (d.state IN ('settled','failed','canceled')
                AND o.state IN ('pending','authorized','card_saved'))
            OR (d.state = 'settled' AND (o.state IN ('capturing','payment_problem')
                OR (o.state = 'releasing' AND coalesce(o.reason,'') NOT IN ('too_late','no_place'))))
        """,
    ),
    Statement(
        "I4",
        "deals are undecided although their time is over",
        """
        SELECT count(*) FROM deal d WHERE (d.state = 'tipped' AND d.closes_at < :due)
            OR (d.state = 'open' AND (d.decide_by < :due
                OR (d.closes_at < :due AND NOT EXISTS
                    (SELECT 1 FROM orders o WHERE o.deal_id = d.id AND o.state = 'pending'))))
        """,
    ),
    Statement(
        "I8",
        "orders were let go as failed although their deal has not failed",
        """
        SELECT count(*) FROM orders o JOIN deal d ON d.id = o.deal_id
         WHERE o.reason = 'deal_failed' AND (d.state <> 'failed' OR d.tipped_at IS NOT NULL)
        """,
    ),
    Statement(
        "I10",
        "deals have more places taken than there are",
        "SELECT count(*) FROM deal WHERE capacity IS NOT NULL AND units_taken > capacity",
    ),
    Statement(
        "I14",
        "orders were placed when their deal had closed",
        "SELECT count(*) FROM orders o JOIN deal d ON d.id = o.deal_id WHERE o.placed_at >= d.closes_at",
    ),
)
_VOUCHERS = (
    Statement(
        "I7",
        "orders have another number of vouchers than units charged",
        """
        SELECT count(*) FROM orders o WHERE o.units_captured <>
            (SELECT count(*) FROM voucher v
              WHERE v.order_id = o.id AND coalesce(v.reason,'') <> 'transferred')
            OR (o.captured_at IS NULL) <> (o.units_captured = 0)
        """,
    ),
    Statement(
        "I7",
        "vouchers can still be used although their order was refunded",
        """
        SELECT count(*) FROM voucher v JOIN orders o ON o.id = v.order_id
         WHERE o.state IN ('refunded','charged_back') AND v.state IN ('issued','promo_expired','frozen')
        """,
    ),
    Statement(
        "I9",
        "vouchers are redeemed by one column and not by the other, or before their order was charged",
        """
        SELECT count(*) FROM voucher v JOIN orders o ON o.id = v.order_id
         WHERE (v.redeemed_at IS NOT NULL) <> (v.state = 'redeemed')
            OR (v.redeemed_at IS NOT NULL AND (o.captured_at IS NULL OR v.redeemed_at < o.captured_at))
        """,
    ),
)
_EFFECTS = (
    Statement(
        "I11",
        "effects exist twice",
        "SELECT count(*) FROM (SELECT subject FROM outbox GROUP BY subject, kind, ref HAVING count(*) > 1) t",
    ),
    Statement(
        "I11",
        "effects are done and do not say what came of them",
        "SELECT count(*) FROM outbox WHERE state = 'done' AND provider_ref IS NULL AND kind <> 'tell'",
    ),
    Statement(
        "I11",
        "orders are on their way and nobody owes them the call",
        """
        SELECT count(*) FROM orders o WHERE o.state IN ('capturing','releasing') AND NOT EXISTS
            (SELECT 1 FROM outbox e WHERE e.order_id = o.id AND e.state <> 'done'
              AND ((o.state = 'capturing' AND e.kind IN ('create','confirm','capture'))
                OR (o.state = 'releasing' AND e.kind = 'release')))
        """,
    ),
    Statement(
        "I12",
        "effects are overdue, or dead without an alarm",
        """
        SELECT count(*) FROM outbox WHERE (state IN ('pending','unknown') AND run_at < :overdue)
            OR (state = 'dead' AND alerted_at IS NULL)
        """,
    ),
    Statement(
        "I13",
        "notices are stored twice",
        "SELECT count(*) FROM (SELECT source FROM inbox GROUP BY source, external_id HAVING count(*) > 1) t",
    ),
    Statement(
        "I13",
        "notices have not been handled in time",
        "SELECT count(*) FROM inbox WHERE handled_at IS NULL AND received_at < :overdue",
    ),
)
_LAST_FACT = """
    SELECT count(*) FROM (SELECT t.state, (SELECT f.to_state FROM fact f
        WHERE f.subject = '{machine}:' || t.id AND f.machine = '{machine}' AND f.to_state IS NOT NULL
        ORDER BY f.id DESC LIMIT 1) AS told FROM {table} t) s
     WHERE s.state <> {told}
"""
_RECORDS = (
    Statement(
        "I15",
        "orders are in another state than their last fact says",
        _LAST_FACT.format(machine="order", table="orders", told="coalesce(s.told, '')"),
    ),
    Statement(
        "I15",
        "deals are in another state than their last fact says",
        _LAST_FACT.format(machine="deal", table="deal", told="s.told"),
    ),
    Statement(
        "I15",
        "vouchers are in another state than their last fact says",
        _LAST_FACT.format(machine="voucher", table="voucher", told="s.told"),
    ),
    Statement(
        "I16",
        "rows of the audit trail do not follow the one before",
        """
        SELECT count(*) FROM (SELECT seq, prev_hash, lag(hash) OVER w AS h, lag(seq) OVER w AS s FROM audit
         WINDOW w AS (PARTITION BY chain ORDER BY seq)) t
         WHERE (h IS NULL AND seq <> 1)
            OR (h IS NOT NULL AND (prev_hash IS NULL OR prev_hash <> h OR seq <> s + 1))
        """,
    ),
    Statement(
        "I16",
        "audit trails do not end where their head says",
        """
        SELECT count(*) FROM audit_head c WHERE NOT EXISTS
            (SELECT 1 FROM audit a WHERE a.chain = c.chain AND a.seq = c.seq AND a.hash = c.hash)
            OR EXISTS (SELECT 1 FROM audit a WHERE a.chain = c.chain AND a.seq > c.seq)
        """,
    ),
)

STATEMENTS: tuple[Statement, ...] = (*_MONEY, *_DEALS, *_VOUCHERS, *_EFFECTS, *_RECORDS)
