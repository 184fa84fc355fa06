"""Moving pictures: from an origin or a loop into plain files that any web server can hand out.

`publisher.py` above asks a `StagePublisher` to step a few times a second. It takes segments from a source, numbers
them on a `Timeline`, and lists them in a playlist; when the source is silent for too long the slate takes its place.
Nothing here knows the database.
"""
