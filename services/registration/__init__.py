"""registration: people and what they agreed to.

Owns    registrations, places per day, institutions, consents, decisions, mail to participants; personal
        links, organisers' sign-in, and the signed tokens that the other services verify.
States  attendee stated (personal), entitled, erased; access revoked; signing keys stated.
Hears   conference stated, slot stated and cancelled, badge issued and revoked.
Leaves  badges, scans and attendance to `badges`; the agenda to `sessions`; the stream to `streaming_gateway`.
"""
