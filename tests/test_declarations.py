"""Do the streams declare what the API sends, and no more than is known of it?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from standins.sequence_api import VERSIONS
from tap_sequence.singer.child import ChildStream
from tap_sequence.tap import TapSequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_sequence.singer.stream import SequenceStream

Schema = dict[str, Any]

STREAMS = {
    stream.name: stream
    for stream in TapSequence(validate_config=False, setup_mapper=False).discover_streams()
}
BELOW = {name: stream for name, stream in STREAMS.items() if isinstance(stream, ChildStream)}
"""Those that are below another list."""

MANY_TYPES = "string|number"


@pytest.fixture(params=[*STREAMS.values()], ids=[*STREAMS])
def stream(request: pytest.FixtureRequest) -> SequenceStream:
    """Each stream in turn."""
    declared: SequenceStream = request.param
    return declared


@pytest.fixture(params=[*BELOW.values()], ids=[*BELOW])
def child(request: pytest.FixtureRequest) -> ChildStream:
    """Each stream in turn that is below another list."""
    declared: ChildStream = request.param
    return declared


def below(schema: Schema, path: str = "") -> Iterator[tuple[str, Schema]]:
    """Yield the schema of each field at any depth, with its path; items have their array's."""
    for name, of in schema.get("properties", {}).items():
        yield f"{path}{name}", of
        yield from below(of, f"{path}{name}.")
    if "items" in schema:
        yield from below(schema["items"], path.removesuffix(".") + "[].")


def kinds(of: Schema) -> str:
    """Return the types of a field, but for null."""
    return "|".join(one for one in of["type"] if one != "null")


def test_names() -> None:
    """Every stream has a path of its own, which its name follows, or ends as its path does."""
    paths = {stream.path: name for name, stream in STREAMS.items()}
    assert len(paths) == len(STREAMS)
    ends = {
        path: path.rpartition("/")[2] if name in BELOW else path for path, name in paths.items()
    }
    assert {
        path: name
        for path, name in paths.items()
        if not f"/{name.replace('_', '-')}".endswith(ends[path])
    } == {"/credits": "credit_grants", "/invoices/{id}": "invoice_details"}


def test_only_keys_are_required(stream: SequenceStream) -> None:
    """The keys are required, and nothing else at any depth; whatever is not may be null."""
    assert stream.schema["required"] == list(stream.primary_keys)
    fields = dict(below(stream.schema))
    assert [path for path, of in fields.items() if "required" in of] == []
    never_null = [path for path, of in fields.items() if "null" not in of["type"]]
    assert sorted(never_null) == sorted(stream.primary_keys)


def test_nothing_is_narrowed(stream: SequenceStream) -> None:
    """No field is limited to some values, lengths, ranges or formats but those of times."""
    words = {word for _, of in below(stream.schema) for word in of}
    assert words <= {"additionalProperties", "description", "format", "items", "properties", "type"}
    formats = {of["format"] for _, of in below(stream.schema) if "format" in of}
    assert formats <= {"date", "date-time"}


def test_objects_are_open(stream: SequenceStream) -> None:
    """What an object has besides the fields that are declared arrives."""
    objects = [of for _, of in below(stream.schema) if kinds(of) == "object"]
    objects += [
        of["items"] for _, of in below(stream.schema) if "properties" in of.get("items", {})
    ]
    assert [of for of in objects if not of["additionalProperties"]] == []


def test_columns_have_one_type(stream: SequenceStream) -> None:
    """A record's own fields have a type each; text or number is only what stands in an object."""
    several = {path for path, of in below(stream.schema) if "|" in kinds(of)}
    assert not several & stream.schema["properties"].keys()
    assert {kinds(of) for path, of in below(stream.schema) if path in several} <= {MANY_TYPES}


def test_descriptions(stream: SequenceStream) -> None:
    """Every field is described in a sentence, which names no version that doesn't exist."""
    for path, of in below(stream.schema):
        text = of.get("description", "")
        assert re.fullmatch(r"[A-Z].*\.", text), path
        assert set(re.findall(r"\d{4}-\d\d-\d\d", text)) <= set(VERSIONS), path


def test_replication_keys(stream: SequenceStream) -> None:
    """A stream is replicated by a time of its own, or of what it is below, or in full."""
    added = stream.added if isinstance(stream, ChildStream) else {}
    assert stream.replication_key in {None, "createdAt", "updatedAt", *added}
    if stream.replication_key:
        assert stream.schema["properties"][stream.replication_key]["format"] == "date-time"


def test_docstrings(stream: SequenceStream) -> None:
    """The docstring names the list, and the versions that have it."""
    versions = sorted(stream.versions)
    word = "version" if len(versions) == 1 else "versions"
    named = (
        "all versions"
        if versions == sorted(VERSIONS)
        else f"{word} {', '.join(versions[:-1])} and {versions[-1]}".replace("  and ", " ")
    )
    assert set(versions) <= set(VERSIONS)
    assert f"Source: `GET {stream.path}`, {named}" in (stream.__doc__ or "")


def test_declarations_have_no_methods(stream: SequenceStream) -> None:
    """What is odd in a list is the engine's to handle: a stream is a declaration."""
    own = vars(type(stream))
    assert [name for name, value in own.items() if callable(value) and name != "parent"] == []


def test_what_is_below_a_list(child: ChildStream) -> None:
    """The path continues the parent's with properties of its records, and so does what is added."""
    above = child.above.schema["properties"]
    assert child.path.startswith(f"{child.above.path}/{{")
    assert {*child.names, *child.added.values()} <= above.keys()
    assert child.versions <= child.above.versions
    for name, of in child.added.items():
        schema = child.schema["properties"][name]
        assert "added by the tap" in schema["description"]
        assert (kinds(schema), schema.get("format")) == (kinds(above[of]), above[of].get("format"))


def test_what_is_below_a_list_is_replicated_as_the_list(child: ChildStream) -> None:
    """The replication key is what is added of the parent's, or there is none if it has none."""
    assert child.added.get(child.replication_key or "") == child.above.replication_key


def test_selected_by_default() -> None:
    """All lists are selected, but not what takes a request for each record, nor events and logs."""
    assert {name for name, stream in STREAMS.items() if not stream.selected_by_default} == {
        *BELOW,
        *("usage_events", "seat_events", "activity_logs"),
    }
