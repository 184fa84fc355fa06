"""streaming_gateway: the public live page, and the stages that it republishes.

Owns: one stage per day with its opening window, room and source; the media folders; how many watch.
Publishes: stage opened, closed, held, resumed and failed over; audience counted.
Listens to: conference stated; slot stated and cancelled; attendee entitled and erased.
Does not: know the agenda beyond what is released, know who anybody is, or change a session.
"""
