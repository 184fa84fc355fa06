"""badges: who holds a badge, the signed code on it, and its print.

Owns: the badges of attendees, the keys that sign their codes, and the log of what was printed.
Publishes: badge issued and revoked.
Listens to: conference stated; slot stated and cancelled; attendee stated and erased.
Does not: keep mail addresses or answers, decide who may come, or check anybody in.
"""
