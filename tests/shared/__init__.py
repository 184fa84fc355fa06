"""The plumbing, tested through two toy services on both set-ups."""
