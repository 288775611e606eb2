"""Money, clock, ids, refusals, facts, effects, notices, store and settings: what every floor stands on."""
