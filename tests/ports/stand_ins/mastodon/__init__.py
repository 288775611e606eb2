"""A server of the Mastodon API in memory. Mastodon.py, a client we did not write, judges it."""
