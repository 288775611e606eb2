"""Orders: place, commitment, capture, release, refund. A deal tips here."""
