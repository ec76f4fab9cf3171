"""Base classes of the streams that are asked for by ad account."""

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

NETWORKS = ("FACEBOOK", "TWITTER")  # an account of another has no ads to ask for
RESTATED = timedelta(days=28)
Account = tuple[str, Mapping[str, Any]]  # the id of its organization, and the account


def ad_accounts(stream: HootsuiteStream) -> Iterator[Account]:
    """Yield the ad accounts of all organizations; what is refused is a gap of the stream."""
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
    """Whether an ad account is of a network that has ads to ask for, and lets Hootsuite use it."""
    return account.get("social_network") in NETWORKS and account.get("can_access_api") is not False


class AdStream(AnalyticsStream):
    """What is asked for by ad account.

    Attributes:
        collection: How the path calls it.
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
        """Ask for the accounts of one network."""
        pairs = (one.subject.split("/", 1) for one in batch.units)
        accounts = [{"adAccountId": one, "organizationId": of} for of, one in pairs]
        return {
            "path": {"adEntityCollection": self.collection},
            "filters": {"adAccounts": accounts},
            "adAccountType": batch.group,
        }

    def build(self, batch: Batch, data: Mapping[str, Any]) -> Row:
        """Build a row by its component."""
        del batch
        return builder(self.component or "")(data)


class AdEntityStream(AdStream):
    """Campaigns, ad sets or ads: all that there are, by every run."""

    operation = "list_ad_entities"

    def read_units(self, units: Sequence[Unit]) -> None:
        """Read all; what is refused leaves the table as it is, with new rows in it."""
        self.version = self.next_version()
        wanted = [one for one in units if one.key not in self.access.refused]
        if self.read_batches(batches(wanted)) and not self.gaps and not self.access.refused:
            self.activate(self.version)

    def accept(self, batch: Batch, found: Found) -> None:
        """Write the rows."""
        del batch
        self.write(found.rows, self.version)


class AdDayStream(AdStream, DailyStream):
    """Figures of campaigns, ad sets or ads, one row for each day on which they ran."""

    operation = "list_ad_metrics"
    replication_key = "date"

    @property
    def again(self) -> timedelta:
        """For how long figures are read again."""
        return RESTATED
