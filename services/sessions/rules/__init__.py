"""Pure decisions of `sessions`: on values and `now`, without database, clock or network."""
