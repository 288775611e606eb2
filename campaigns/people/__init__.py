"""People: accounts, organizations and roles, sessions, API tokens, limits on trying, and the audit trail."""
