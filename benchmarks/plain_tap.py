"""The tap that a cookiecutter makes: the SDK's own classes, nothing tuned. The yardstick for CPU.

It reads the same messages from the same server as `tap-hootsuite`, with the same schema, one
window after the other.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from singer_sdk import RESTStream, Tap
from singer_sdk import typing as th
from singer_sdk.authenticators import BearerTokenAuthenticator
from singer_sdk.helpers.types import Context

from hootsuite_api.records import record, singer_schema

WINDOW = timedelta(days=28)


class PlainMessages(RESTStream[tuple[datetime, str | None]]):
    """Messages by window and cursor, as one would write it from the SDK's documentation."""

    name = "messages"
    path = "/v1/messages"
    primary_keys = ("id",)
    records_jsonpath = "$.data[*]"
    schema = singer_schema("Message")

    @property
    def url_base(self) -> str:
        """Return the server's address."""
        return str(self.config["api_url"])

    @property
    def authenticator(self) -> BearerTokenAuthenticator:
        """Send the configured token."""
        return BearerTokenAuthenticator(token=self.config["access_token"])

    def request_records(self, context: Context | None) -> Iterable[dict[str, Any]]:
        """Read all windows from the start date to the end date."""
        start = datetime.fromisoformat(self.config["start_date"])
        end = datetime.fromisoformat(self.config["end_date"])
        while start < end:
            stop = min(start + WINDOW, end)
            yield from self._window(start, stop, context)
            start = stop

    def _window(
        self,
        start: datetime,
        stop: datetime,
        context: Context | None,
    ) -> Iterable[dict[str, Any]]:
        send = self.request_decorator(self._request)
        cursor: str | None = None
        while True:
            prepared = self.build_prepared_request(
                method="GET",
                url=self.get_url(context),
                params=_params(start, stop, cursor),
            )
            response: requests.Response = send(prepared, context)
            yield from self.parse_response(response)
            cursor = ((response.json().get("metadata") or {}).get("cursor") or {}).get("next")
            if cursor is None:
                return

    def post_process(self, row: dict[str, Any], context: Context | None = None) -> dict[str, Any]:  # noqa: ARG002  # the SDK's signature
        """Name the columns as the contract says."""
        return record("Message", row)


def _params(start: datetime, stop: datetime, cursor: str | None) -> dict[str, str]:
    wanted = {"startTime": _text(start), "endTime": _text(stop), "limit": "100"}
    return wanted | ({"cursor": cursor} if cursor else {})


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class PlainTap(Tap):
    """A tap with one stream."""

    name = "tap-plain"
    config_jsonschema = th.PropertiesList(
        th.Property("api_url", th.StringType, required=True),
        th.Property("access_token", th.StringType, required=True, secret=True),
        th.Property("start_date", th.StringType, required=True),
        th.Property("end_date", th.StringType, required=True),
    ).to_dict()

    def discover_streams(self) -> list[PlainMessages]:
        """Return the one stream."""
        return [PlainMessages(self)]


if __name__ == "__main__":
    PlainTap.cli()
