"""sessions: conferences and their agenda.

Owns: conferences with their days, rooms, tracks and speakers, and when these can be had; the draft programme, the
rules it is held against, and its releases, planned ones and delays too; calendars and exports.
Publishes: conference stated; slot stated and cancelled; programme released.
Listens to: attendee entitled and erased (who may enter which day); stage opened, closed, held,
resumed and failed over, audience counted (what is on air).
Does not: know who anybody is, register anybody, or show video.
"""
