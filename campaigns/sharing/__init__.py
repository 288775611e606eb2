"""Sharing: links that people pass on, who brought an order, and announcements to feeds."""
