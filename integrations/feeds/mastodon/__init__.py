"""Mastodon, and servers that speak its API: seven calls on httpx."""
