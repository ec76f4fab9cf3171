"""Base classes of the ad streams, which are requested per ad account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from hootsuite_api.errors import PermissionDenied
from hootsuite_api.records import builder
from tap_hootsuite.analytics import AnalyticsStream, Batch, Found, Unit, batches
from tap_hootsuite.analytics_days import DailyStream
from tap_hootsuite.base import HootsuiteStream, Row
from tap_hootsuite.parents import over
from tap_hootsuite.refusals import is_gone
from tap_hootsuite.seen_messages import order

NETWORKS = ("FACEBOOK", "TWITTER")  # accounts of other networks have no ads in the API
RESTATED = timedelta(days=28)
Account = tuple[str, Mapping[str, Any]]  # the id of its organization, and the account


def ad_accounts(stream: HootsuiteStream) -> Iterator[Account]:
    """Yield the ad accounts of all organizations; a refusal is counted as a gap of the stream."""
    directory, name = stream.run.directory, "list_my_ad_accounts"
    organizations = [
        path["organizationId"] for path in over(directory, "organizations", stream.gaps)
    ]
    ask = lambda one: directory.ask(name, query={"organization_id": one})  # noqa: E731 - a worker's
    for organization, found in stream.run.map(ask, organizations):
        if isinstance(found, PermissionDenied):
            stream.gaps.note(found)
        elif not isinstance(found, Exception):
            yield from ((organization, one) for one in found or ())
        elif not is_gone(found):
            raise found


def is_usable(account: Mapping[str, Any]) -> bool:
    """Whether an ad account's network has ads in the API and lets Hootsuite use the account."""
    return account.get("social_network") in NETWORKS and account.get("can_access_api") is not False


class AdStream(AnalyticsStream):
    """A stream requested per ad account.

    Attributes:
        collection: Its name in the path.
    """

    what: ClassVar[str] = "ad account"
    collection: ClassVar[str]
    also: ClassVar[Sequence[str]] = ("list_my_ad_accounts",)

    def units(self) -> list[Unit]:
        """Return the ad accounts that the network lets Hootsuite use, by network."""
        found = [
            Unit(str(account["social_network"]), f"{organization}/{account['ad_account_id']}")
            for organization, account in ad_accounts(self)
            if is_usable(account) and account.get("ad_account_id")
        ]
        return sorted(found, key=lambda one: (one.group, order(one.subject)))

    def question(self, batch: Batch) -> dict[str, Any]:
        """Return the request for accounts of one network."""
        pairs = (one.subject.split("/", 1) for one in batch.units)
        accounts = [{"adAccountId": one, "organizationId": of} for of, one in pairs]
        return {
            "path": {"adEntityCollection": self.collection},
            "filters": {"adAccounts": accounts},
            "adAccountType": batch.group,
        }

    def build(self, batch: Batch, data: Mapping[str, Any]) -> Row:
        """Build a row from the component."""
        del batch
        return builder(self.component or "")(data)


class AdEntityStream(AdStream):
    """Campaigns, ad sets or ads; every run reads all of them."""

    operation = "list_ad_entities"

    def read_units(self, units: Sequence[Unit]) -> None:
        """Read all; after a refusal old rows stay in the table, since it is not complete."""
        self.version = self.next_version()
        wanted = [one for one in units if one.key not in self.access.refused]
        if self.read_batches(batches(wanted)) and not self.gaps and not self.access.refused:
            self.activate(self.version)

    def accept(self, batch: Batch, found: Found) -> None:
        """Write the rows."""
        del batch
        self.write(found.rows, self.version)


class AdDayStream(AdStream, DailyStream):
    """Metrics of campaigns, ad sets or ads, one row per day on which they ran."""

    operation = "list_ad_metrics"
    replication_key = "date"

    @property
    def again(self) -> timedelta:
        """The restatement window: for how long metrics are read again."""
        return RESTATED
