"""Reactions: what is told leads to letters, once, and only to true ones."""
