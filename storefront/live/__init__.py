"""Live figures of deals: one look at the database for everybody who watches, one render per change (U51)."""
