"""What must be true of every check-in and reward at every moment, beside what holds of orders."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text

from campaigns.foundation.store import Unit
from campaigns.orders.invariant_statements import Statement
from campaigns.orders.invariants import Violation
from campaigns.orders.invariants import violations as of_orders

STATEMENTS = (
    Statement(
        "I9",
        "check-ins were accepted although their voucher was not redeemed there",
        """
        SELECT count(*) FROM check_in c WHERE c.state = 'accepted' AND c.voucher_id IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM redemption r JOIN voucher v ON v.id = r.voucher_id
            WHERE r.voucher_id = c.voucher_id AND r.venue_id = c.venue_id AND v.state = 'redeemed')
        """,
    ),
    Statement(
        "I9",
        "vouchers have more than one accepted check-in",
        """
        SELECT count(*) FROM (SELECT voucher_id FROM check_in WHERE state = 'accepted' AND voucher_id IS NOT NULL
         GROUP BY voucher_id HAVING count(*) > 1) t
        """,
    ),
    Statement(
        "I9",
        "check-ins were accepted alone without position or code",
        """
        SELECT count(*) FROM check_in WHERE state = 'accepted' AND source <> 'staff'
           AND staff_account_id IS NULL AND (position <> 'inside' OR code <> 'right')
        """,
    ),
    Statement(
        "I10",
        "check-in offers granted another number of rewards than they counted",
        """
        SELECT count(*) FROM check_in_offer o
         WHERE o.granted <> (SELECT count(*) FROM check_in_reward r WHERE r.offer_id = o.id)
        """,
    ),
    Statement(
        "I15",
        "check-ins are in another state than their last fact says",
        """
        SELECT count(*) FROM (SELECT c.state, (SELECT f.to_state FROM fact f
            WHERE f.subject = 'check_in:' || c.id AND f.machine = 'check_in'
            ORDER BY f.id DESC LIMIT 1) AS told FROM check_in c) s
         WHERE s.state <> coalesce(s.told, '')
        """,
    ),
)


async def violations(unit: Unit, now: datetime) -> list[Violation]:
    """Everything that is wrong in this snapshot, of orders and of check-ins, in the order of the invariants."""
    found = await of_orders(unit, now)
    for statement in STATEMENTS:
        if count := int(await unit.value(text(statement.sql))):
            found.append(Violation(statement.id, count, statement.sentence))
    return sorted(found, key=lambda violation: int(violation.id[1:]))
