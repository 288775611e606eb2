"""Payments: the processor behind the port, and the sandbox standing in for it."""
