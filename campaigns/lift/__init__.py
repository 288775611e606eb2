"""Lift: experiments, exposures, and how much extra business a campaign brought."""
