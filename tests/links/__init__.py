"""Share links: rules, clicks, referrers, credit."""
