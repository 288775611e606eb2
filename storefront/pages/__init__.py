"""Pages: one module per place a person goes, each with its handlers."""
