"""Servers of other people, as far as our adapters meet them, for tests on loopback."""
