"""The decisions of registration, on values alone: no database, no clock, no network."""
