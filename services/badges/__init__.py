"""badges: who holds a badge, the signed code on it, its print, and the door where it is scanned.

Owns: the badges of attendees, the keys that sign their codes, the log of what was printed; the phones that are paired
with the door, their scans, and who is in on which day.
Publishes: badge issued and revoked; attendee checked in and out.
Listens to: conference stated; slot stated and cancelled; attendee stated and erased.
Does not: keep mail addresses or answers, or decide who may come.
"""
