"""Reads and checks the configuration of a Singer plugin."""

from __future__ import annotations

from typing import Any

import click
from singer_sdk.exceptions import ConfigValidationError
from singer_sdk.plugin_base import JSONSchemaValidator, PluginBase, _ConfigInput

from hootsuite_api.config_errors import explain, unknown
from hootsuite_api.config_files import merged
from hootsuite_api.errors import ConfigError
from hootsuite_api.redact import guard_logs


class CheckedPlugin(PluginBase):
    """Mixin: reports configuration errors without values; the SDK would print them, even secrets.

    List it before the SDK's class in a plugin's bases.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        guard_logs()
        super().__init__(*args, **options)

    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        schema = self.config_jsonschema
        self.append_builtin_config(schema)
        errors = explain(JSONSchemaValidator(schema).iter_errors(self._config), schema)
        if not raise_errors:
            return errors
        if errors := errors or self.implausible():
            raise ConfigValidationError("The configuration is wrong", errors=errors)
        if ignored := unknown(self._config, schema):
            self.logger.warning("%s", ignored)
        return []

    def implausible(self) -> list[str]:
        """Return what is wrong with the settings that a schema can't express."""
        return []

    @classmethod
    def cb_config(
        cls, ctx: click.Context, param: click.Option, value: tuple[str, ...]
    ) -> _ConfigInput:
        """Read the configuration files."""
        del ctx, param
        try:
            config = merged(one for one in value if one != "ENV")
        except ConfigError as error:
            raise click.ClickException(str(error)) from None
        return _ConfigInput(config=config, parse_env="ENV" in value)
