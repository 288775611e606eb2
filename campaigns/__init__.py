"""What a group buy is and what may happen to it. No web, no network, no scheduler."""
