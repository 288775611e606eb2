"""The command line: the programs people start, and what they ask of an installation from a terminal."""
