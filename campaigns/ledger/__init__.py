"""The journal: what money moved, in double entry, append-only."""
