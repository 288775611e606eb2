"""Posts to feeds: when they are owed, what they read, and that each goes out exactly once."""
