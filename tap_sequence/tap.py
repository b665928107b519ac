"""The tap: its settings, its streams, and how it ends."""

from __future__ import annotations

import os
import signal
from copy import deepcopy
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import click
from singer_sdk import Tap
from singer_sdk.exceptions import (
    ConfigValidationError,
    MapExpressionError,
    StreamMapConfigError,
)
from singer_sdk.helpers.capabilities import PluginCapabilities, TapCapabilities
from singer_sdk.mapper import PluginMapper
from singer_sdk.singerlib import Catalog, StateMessage
from typing_extensions import override

from tap_sequence import mistakes, settings
from tap_sequence.api.client import Client
from tap_sequence.batch_config import BATCH_CONFIG
from tap_sequence.errors import SequenceError, Stopped
from tap_sequence.files import read_object
from tap_sequence.singer.bookmarks import bookmarks
from tap_sequence.singer.catalog import completed
from tap_sequence.singer.parents import ParentReads
from tap_sequence.singer.run import Run
from tap_sequence.singer.writer import MessageWriter
from tap_sequence.streams import STREAMS
from tap_sequence.wording import printable

if TYPE_CHECKING:
    from types import FrameType

    from singer_sdk.helpers.capabilities import CapabilitiesEnum

    from tap_sequence.singer.stream import SequenceStream

VARIABLES = "TAP_SEQUENCE_"
"""What the names of environment variables with settings begin with."""


class ConfigInput(NamedTuple):
    """What `--config` gives.

    Attributes:
        config: The settings in the files.
        parse_env: Whether those in the environment count too.
    """

    config: dict[str, Any]
    parse_env: bool


class TapSequence(Tap):
    """Singer tap for Sequence, the billing platform."""

    name = "tap-sequence"
    config_jsonschema = deepcopy(settings.SETTINGS)  # the SDK adds its own settings in place
    message_writer_class = MessageWriter
    message_writer: MessageWriter
    capabilities: ClassVar[list[CapabilitiesEnum]] = [
        TapCapabilities.ACTIVATE_VERSION,
        TapCapabilities.CATALOG,
        TapCapabilities.DISCOVER,
        TapCapabilities.STATE,
        PluginCapabilities.ABOUT,
        PluginCapabilities.BATCH,
        PluginCapabilities.FLATTENING,
        PluginCapabilities.STREAM_MAPS,
        PluginCapabilities.STRUCTURED_LOGGING,
    ]

    @override
    def __init__(
        self,
        *,
        config: Any = None,
        catalog: Any = None,
        parse_env_config: bool = False,
        **options: Any,
    ) -> None:
        if isinstance(catalog, dict):
            catalog, warnings = completed(catalog, STREAMS)
            for warning in warnings:
                self.logger.warning(warning)
        if parse_env_config:
            # The SDK ends in a traceback on text in place of a number, and reads "ture" as false
            self.append_builtin_config(self.config_jsonschema)
            names = self.config_jsonschema["properties"]
            config = {**(config or {}), **settings.from_environment(names, VARIABLES)}
        super().__init__(config=config, catalog=catalog, **options)

    @override
    def setup_mapper(self) -> None:
        # The SDK's checks some of what stream_maps may hold, and takes the rest for granted
        try:
            super(Tap, self).setup_mapper()
            self._register_streams()
        except (MapExpressionError, StreamMapConfigError):
            raise
        except Exception as error:
            if not self.config.get("stream_maps"):
                raise
            message = "stream_maps: expected the form that the SDK documents"
            raise SequenceError(message) from error

    def _register_streams(self) -> None:
        """Have stream maps apply to the selected streams.

        The SDK's way has them apply to the others too, as if these had no fields: what gives every
        stream another key would fail on the first one that is not selected. The others have their
        fields for `--test`, which reads them all.
        """
        others = PluginMapper(plugin_config={}, logger=self.logger)
        for name, entry in self.catalog.items():
            if entry.metadata.resolve_selection()[()]:
                self.mapper.register_raw_streams_from_catalog(Catalog({name: entry}))
            else:
                others.register_raw_stream_schema(
                    name, entry.schema.to_dict(), entry.key_properties
                )
        self.mapper.stream_maps.update(others.stream_maps)

    @override
    def load_state(self, state: dict[str, Any]) -> None:
        # The SDK's fails on a state of another shape, and reads one in a wrapping as an empty one
        names: list[Any] = [stream.name for stream in STREAMS]  # type: ignore[misc]  # of the class
        found = bookmarks(state, names)
        if found.ignored:
            self.logger.warning("Ignored in the state: %s", "; ".join(found.ignored))
        super().load_state({"bookmarks": found.by_stream})

    @cached_property
    def client(self) -> Client:
        """What makes the requests of all streams."""
        return Client(
            api_url=self.config["api_url"].rstrip("/"),
            client_id=self.config["client_id"],
            client_secret=self.config["client_secret"],
            api_version=self.config.get("api_version"),
            user_agent=self.config.get("user_agent") or f"{self.name}/{self.plugin_version}",
            request_timeout=self.config["request_timeout"],
            max_requests_per_minute=self.config["max_requests_per_minute"],
            logger=self.logger,
        )

    @cached_property
    def parent_reads(self) -> ParentReads:
        """The reads of lists that streams are below."""
        return ParentReads()

    @override
    def discover_streams(self) -> list[SequenceStream]:
        return [
            stream(self, lambda: self.client, self.parent_reads, self.message_writer)
            for stream in STREAMS
        ]

    def sync(self) -> None:
        """Sync the selected streams, several at once.

        The SDK's `sync_all` has one after the other, and ends with the first failure. It also fails
        on what another tap may have left in the state in place of the SDK's progress markers, of
        which this tap has none.

        Raises:
            SequenceError: If a stream could not be read to its end.
        """
        selected: list[Any] = [stream for stream in self.streams.values() if stream.selected]
        selected.sort(key=lambda stream: STREAMS.index(type(stream)))  # the SDK's are by name
        with self.parent_reads:
            Run(selected, self.client, self.logger).sync(self._begin, self.message_writer.close)

    def _begin(self) -> None:
        if self.state:
            self.state_writer.write_state(self.state)

    @classmethod
    @override
    def append_builtin_config(cls, config_jsonschema: dict[str, Any]) -> None:
        super().append_builtin_config(config_jsonschema)
        declared = config_jsonschema["properties"]
        declared["stream_maps"] = settings.without_names_of_types(declared["stream_maps"])
        # The SDK's lets pass what its own batches then fail on
        declared["batch_config"] = BATCH_CONFIG

    @override
    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        # The SDK's prints the offending value, a secret's too, and knows of no format
        self.append_builtin_config(self.config_jsonschema)
        if not raise_errors:  # --discover, which needs no settings
            return []
        self._config.update(settings.from_text(self._config, self.config_jsonschema))
        unknown = sorted(self._config.keys() - self.config_jsonschema["properties"].keys())
        if unknown:
            names = ", ".join(printable(name) for name in unknown)
            self.logger.warning("No such settings, ignored: %s", names)
        found = mistakes.found_in(self._config, self.config_jsonschema)
        if found:
            message = "The configuration is not valid"
            raise ConfigValidationError(
                message, errors=self._with_variables(found), schema=self.config_jsonschema
            )
        return found

    def _with_variables(self, found: list[str]) -> list[str]:
        """Say which missing settings stand in variables that were not asked for."""
        variables = {
            f"{name}: {mistakes.MISSING}": f"{VARIABLES}{name.upper()}"
            for name in self.config_jsonschema["required"]
        }
        return [
            f"{mistake} ({variables[mistake]} is set, but counts with --config=ENV only)"
            if os.environ.get(variables.get(mistake, ""))
            else mistake
            for mistake in found
        ]

    @classmethod
    @override
    def cb_config(cls, ctx: Any, param: Any, value: tuple[str, ...]) -> Any:
        # The SDK's names neither option nor file, prints a configuration that is given in place of
        # a file's name, and doesn't know of UTF-16
        config: dict[str, Any] = {}
        for name in value:
            if name != "ENV":
                config |= read_object("--config", name)
        return ConfigInput(config, parse_env="ENV" in value)

    @classmethod
    @override
    def get_singer_command(cls) -> click.Command:
        command = super().get_singer_command()
        for option in command.params:
            if option.name in {"catalog", "state"}:
                option.type, option.callback = click.STRING, cls._cb_file
        return command

    @classmethod
    def _cb_file(
        cls, _: click.Context, option: click.Parameter, name: str | None
    ) -> dict[str, Any] | None:
        return None if name is None else read_object(option.opts[0], name)

    @classmethod
    @override
    def invoke(
        cls,
        *,
        about: bool = False,
        about_format: str | None = None,
        config: Any = None,
        **files: Any,
    ) -> None:
        # The SDK's reads the files, without naming them. Its command would print the mistakes line
        # by line and end in one that says nothing
        if about:
            cls.print_about(about_format)
            return
        cls.print_version(print_fn=cls.logger.info)
        given = config or ConfigInput({}, parse_env=False)
        try:
            tap = cls(
                config=given.config,
                parse_env_config=given.parse_env,
                catalog=files.get("catalog"),
                state=files.get("state"),
            )
        except ConfigValidationError as error:
            raise SequenceError(mistakes.in_one_line(error.errors)) from None
        tap.sync()

    @override
    def _handle_termination(self, signum: int, frame: FrameType | None) -> None:
        # The SDK's ends with exit code 0, as if all had been read
        for one in (signal.SIGINT, signal.SIGTERM):  # a second one is meant
            signal.signal(one, signal.SIG_DFL)
        with self.message_writer.last_turn():
            self.write_message(StateMessage(value=self.state))
        raise Stopped(signum)
