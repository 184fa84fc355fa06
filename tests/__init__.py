"""The tests of Plenary: behaviour at the public edges, on both set-ups."""
