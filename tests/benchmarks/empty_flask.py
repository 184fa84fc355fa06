"""The floor of a page: a Flask app that answers everything with nothing."""

from flask import Flask, Response

app = Flask(__name__)


@app.get("/")
@app.get("/livez")
def nothing() -> Response:
    return Response(b"")
