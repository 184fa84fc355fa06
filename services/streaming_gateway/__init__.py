"""streaming_gateway: the public live page and the stages behind it.

Owns: one stage per public day, its opening window, and the room it is bound to.
Publishes: stage opened and closed.
Listens to: conference stated; slot stated and cancelled; attendee entitled and erased.
Does not: know the agenda beyond what is released, know who anybody is, or change a session.
"""
