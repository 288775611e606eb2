"""What an experiment says, from arrays alone: no rows, no clock, no words. All of it may run in a thread."""
