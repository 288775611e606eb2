"""What the states of an order are called where a merchant reads them: word, tone, icon (U6)."""

from __future__ import annotations

ORDER_STATES = {
    "pending": ("Paying now", "", "clock"),
    "lapsed": ("Not paid", "", "minus-circle"),
    "authorized": ("Card held", "info", "lock"),
    "card_saved": ("Card saved", "info", "credit-card"),
    "capturing": ("Being charged", "info", "clock"),
    "captured": ("Paid", "good", "check"),
    "payment_problem": ("Payment problem", "bad", "alert"),
    "releasing": ("Hold being released", "", "undo"),
    "released": ("Hold released", "", "undo"),
    "refunding": ("Refund on its way", "info", "undo"),
    "refunded": ("Refunded", "", "undo"),
    "disputed": ("Disputed", "warn", "alert"),
    "charged_back": ("Charged back", "bad", "x-circle"),
    "dropped": ("Given up", "", "minus-circle"),
}

ORDER_REASONS = {
    "place_lapsed": "The payment was not finished in time.",
    "declined": "The bank said no.",
    "left": "The buyer left.",
    "deal_closed": "The deal closed before the payment was finished.",
    "deal_canceled": "The deal was canceled.",
    "deal_failed": "Not enough people joined.",
    "hold_ended": "The bank ended the hold.",
    "too_late": "The payment came after the deal had closed.",
    "no_place": "All places were taken when the payment came.",
    "taken_early": "The payment was taken too early and goes back.",
    "authentication_required": "The bank wants the buyer to confirm. We have asked them.",
    "problem_days_over": "The payment was not mended in time.",
    "gave_up": "The buyer gave up.",
    "refund_failed": "The bank would not take the refund. A person is looking for another way.",
}

VOUCHER_STATES = {
    "issued": ("Unused", "good", "ticket"),
    "promo_expired": ("Unused, worth what was paid", "info", "ticket"),
    "redeemed": ("Used", "", "check-circle"),
    "frozen": ("On hold", "warn", "alert"),
    "expired": ("Expired", "warn", "clock"),
    "revoked": ("Withdrawn", "", "x-circle"),
}

REFUND_STATES = {
    "pending": ("On its way", "info", "clock"),
    "done": ("Done", "good", "check"),
    "failed": ("The bank would not take it", "bad", "alert"),
}

REFUND_GROUNDS = {
    "merchant": "Given by the merchant",
    "left": "Asked for by the buyer",
    "deal_canceled": "The deal was canceled",
    "taken_early": "Taken too early",
}

EFFECTS = {
    "checkout": "Open a payment page",
    "expire_checkout": "Close a payment page",
    "capture": "Charge a card",
    "release": "Release a hold",
    "refund": "Send a refund",
    "tell": "Tell people what happened",
    "mail": "Send a letter",
}
