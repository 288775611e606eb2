"""The one table: recorded fact -> follow-up verbs."""
