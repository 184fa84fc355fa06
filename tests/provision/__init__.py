"""Throw-away servers for the suite: each on its own ports, in its own folder, gone afterwards."""
