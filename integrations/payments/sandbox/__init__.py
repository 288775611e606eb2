"""A strict local stand-in for Stripe's HTTP API, with hosted pages, webhooks, faults and a clock to move.

It encodes our reading of Stripe; it is not Stripe, and no real money can pass through it.
"""
