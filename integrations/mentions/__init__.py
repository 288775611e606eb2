"""How mentions are read: one adapter per network, behind campaigns.listening.ports."""
