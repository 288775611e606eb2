"""Tests against a real Bluesky server on loopback: `make test-real`."""
