"""What the hot paths cost, each measured against a limit in the same minutes on the same machine."""
