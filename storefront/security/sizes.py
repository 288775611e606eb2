"""How large a request body may be, by what it carries (S19)."""

from __future__ import annotations

FORM_BYTES = 16_000
EDITOR_BYTES = 128_000
WEBHOOK_BYTES = 256_000
# A file of 20,000 contacts, typed or chosen.
IMPORT_BYTES = 4_000_000
IMAGE_BYTES = 5_000_000
MOST_PARTS = 50
