"""Offers, thresholds, price ladders, windows, venues and their approval."""
