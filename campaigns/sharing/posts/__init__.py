"""Posts: what our feeds announce, each exactly once, and only while it is true."""
