"""How posts are published: one adapter per network, behind campaigns.sharing.ports."""
