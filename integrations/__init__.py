"""How Quorum speaks to others: one folder per port."""
