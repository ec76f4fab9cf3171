"""Looks up the account's social profiles and the member's time zone, when a plan needs them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hootsuite_api.calls import Call
from hootsuite_api.client import HootsuiteClient
from hootsuite_api.errors import NotFound, PermissionDenied
from tap_hootsuite_sheet.profiles import Profile


class Account:
    """The directory of profiles that asks the platform.

    Args:
        settings: The shared settings; nothing is asked and no token is used before a plan needs it.
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings
        self._client: HootsuiteClient | None = None
        self._profiles: list[Profile] | None = None

    def profiles(self) -> Sequence[Profile]:
        """Return the account's social profiles (operation `list_social_profiles`)."""
        if self._profiles is None:
            data = self._ask("list_social_profiles") or []
            self._profiles = [_profile(item) for item in data]
        return self._profiles

    def time_zone(self) -> str | None:
        """Return the zone of the member who posts (operation `get_me`); an app alone has none."""
        if self._settings.get("auth_method") == "organization_app":
            return None
        try:
            me = self._ask("get_me") or {}
        except (NotFound, PermissionDenied):
            return None
        return me.get("timezone") or me.get("defaultTimezone") or None

    def _ask(self, operation: str) -> Any:
        return self.client().send(Call(operation)).data

    def client(self) -> HootsuiteClient:
        """Return the client, made when it is needed.

        Raises:
            ConfigError: A setting of the account is wrong.
        """
        if self._client is None:
            self._client = HootsuiteClient.from_settings(self._settings)
        return self._client

    def close(self) -> None:
        """Give back the connections, if there are any."""
        if self._client is not None:
            self._client.close()
            self._client = None


def _profile(item: Mapping[str, Any]) -> Profile:
    return Profile(
        id=str(item["id"]),
        type=str(item.get("type") or ""),
        username=item.get("socialNetworkUsername"),
        network_id=item.get("socialNetworkId"),
        reconnect=bool(item.get("isReauthRequired")),
    )
