"""The demo's fortnight: every room of the house in use, by the operations that pages and programs call."""
