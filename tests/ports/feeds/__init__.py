"""The contract of FeedPublisher, and every adapter that must keep it."""
