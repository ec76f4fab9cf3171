"""The Hootsuite platform in plain Python: contract, client, errors, tokens, budget."""

from hootsuite_api.calls import Call
from hootsuite_api.client import HootsuiteClient
from hootsuite_api.errors import HootsuiteError
from hootsuite_api.fanout import ordered_map
from hootsuite_api.replies import Reply

__all__ = ["Call", "HootsuiteClient", "HootsuiteError", "Reply", "ordered_map"]
