"""Vouchers: issued with a capture, redeemed once."""
