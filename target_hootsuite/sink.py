"""The only sink: hands every row to the run, valid or not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from singer_sdk.sinks import Sink

if TYPE_CHECKING:
    from singer_sdk.sinks.core import BaseJSONSchemaValidator
    from singer_sdk.target_base import Target

    from target_hootsuite.intake import Intake


class HootsuiteSink(Sink):
    """Hands rows over unchanged: the SDK must not drop, change or reject them.

    The SDK raises at a value of the wrong type, a missing key or a bad date, and strips
    `_sdc_deleted_at`. Here the run decides about all of them, so each of those hooks does nothing.
    """

    current_size = 0

    def __init__(
        self,
        target: Target,
        stream_name: str,
        schema: dict[str, Any],
        key_properties: Sequence[str] | None,
    ) -> None:
        super().__init__(target, stream_name, schema, key_properties)
        intake: Intake = target.intake  # type: ignore[attr-defined]
        self._intake = intake

    def get_validator(self) -> BaseJSONSchemaValidator | None:
        """None: types are checked against the contract, row by row."""
        return None

    def _validate_and_parse(self, record: dict[str, Any]) -> dict[str, Any]:
        return record

    def _singer_validate_message(self, record: dict[str, Any]) -> None:
        """Accept a row without the tap's key: our key is another."""

    def _remove_sdc_metadata_from_record(self, record: dict[str, Any]) -> None:
        """Keep `_sdc_deleted_at`: such a row must be refused, not posted."""

    def _add_sdc_metadata_to_record(
        self, record: dict[str, Any], message: dict[str, Any], context: dict[str, Any]
    ) -> None:
        """Add nothing: metadata columns mean nothing here."""

    def process_record(self, record: dict[str, Any], context: dict[str, Any]) -> None:  # noqa: ARG002
        """Hand the row over."""
        self._intake.add(self.stream_name, record)

    def process_batch(self, context: dict[str, Any]) -> None:
        """Nothing is kept in the sink."""
