"""Charts as figures for templates: percentages and paths, with the finding and the numbers in words. Pure."""
