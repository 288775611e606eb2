"""What happens by itself: an alarm clock, and workers that carry out recorded effects."""
