"""Seeded histories of toy services on the real code of the bus: one thread, no waiting, every fault by chance."""
