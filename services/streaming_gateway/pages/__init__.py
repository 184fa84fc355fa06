"""The pages of streaming_gateway: what everybody watches, and what the operator works with."""

from services.streaming_gateway.pages import operator, viewer
from services.streaming_gateway.pages.blueprint import blueprint

__all__ = ["blueprint", "operator", "viewer"]
