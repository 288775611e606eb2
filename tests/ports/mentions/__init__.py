"""Mention sources in front of servers that hold still for the test."""
