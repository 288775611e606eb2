"""Check-ins: presence at a venue, redemption by the holder alone, and offers for coming."""
