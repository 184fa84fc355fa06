"""registration: people and what they agreed to.

Owns: registrations, places per day, institutions, consents, decisions, mail to participants; personal links,
organisers' sign-in, and the signed tokens that the other services verify. Shows who has arrived.
Publishes: attendee stated (personal), entitled, erased; access revoked; signing keys stated.
Listens to: conference stated; slot stated and cancelled; badge issued and revoked; attendee checked in and out.
Does not: issue badges, scan anybody, or know the agenda beyond what is released.
"""
