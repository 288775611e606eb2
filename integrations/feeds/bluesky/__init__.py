"""Bluesky, or any other server of the AT Protocol: seven calls on httpx."""
