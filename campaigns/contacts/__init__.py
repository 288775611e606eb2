"""Contacts: whom a merchant may address, with what consent and from where."""
