"""Do the files that define the extractor say the same as the tap itself?"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from ruamel.yaml import YAML

from tap_sequence.streams import STREAMS
from tests.support.commands import ROOT, TAP, call
from tests.support.documents import COPIED, TO_FILL_IN, plugins

if TYPE_CHECKING:
    from tests.support.rows import Row

ALLOWED = {
    *("name", "namespace", "variant", "quality", "pip_url", "executable", "repo", "docs", "label"),
    *("description", "capabilities", "settings", "settings_group_validation", "settings_preamble"),
    *("select", "metadata", "schema", "commands", "keywords", "maintenance_status", "domain_url"),
    *("logo_url", "next_steps", "usage", "prereq", "python", "supported_python_versions"),
    *("log_parser", "requires", "hidden", "definition"),
}
"""What MeltanoHub's schema lets the definition of an extractor have."""

NEEDED = {"name", "namespace", "variant", "quality", "label"}

KINDS = {
    *("string", "integer", "boolean", "decimal", "date_iso8601", "email", "password", "oauth"),
    *("options", "file", "array", "object"),
}


@pytest.fixture(scope="module")
def plugin() -> Row:
    """The definition in plugin.yaml."""
    loaded: Row = YAML(typ="safe").load(ROOT / "plugin.yaml")
    return loaded


@pytest.fixture(scope="module")
def extractor() -> Row:
    """The definition in meltano.yml."""
    return plugins("extractors")[0]


@pytest.fixture(scope="module")
def about() -> Row:
    """What the tap says of itself."""
    said: Row = json.loads(call(TAP, "--about", "--format", "json", folder=ROOT).stdout)
    return said


def test_definition(plugin: Row) -> None:
    """The file plugin.yaml has the keys and the kinds of values that MeltanoHub's schema allows."""
    assert plugin.keys() <= ALLOWED
    assert plugin.keys() >= NEEDED
    assert plugin["quality"] in {"gold", "silver", "bronze", "unknown"}
    assert plugin["maintenance_status"] in {"active", "beta", "development", "inactive", "unknown"}
    lists = {"capabilities", "keywords", "select", "settings", "settings_group_validation"}
    assert all(isinstance(plugin[name], list) for name in lists)
    assert all(isinstance(plugin[name], str) for name in plugin.keys() - lists)
    assert {"api", "meltano_sdk"} <= set(plugin["keywords"])
    for setting in plugin["settings"]:
        assert {"name", "kind", "label", "description"} <= setting.keys()
        assert setting.keys() <= {"name", "kind", "label", "description", "sensitive"}
        assert setting["kind"] in KINDS
    names = {setting["name"] for setting in plugin["settings"]}
    assert all(set(group) <= names for group in plugin["settings_group_validation"])


def test_definitions_agree(plugin: Row, extractor: Row) -> None:
    """The files plugin.yaml and meltano.yml define the same extractor, setting by setting."""
    # Of meltano.yml: from the checkout, and matters of the project and its loader
    differ = {"pip_url", "use_cached_catalog", "env", "settings"}
    assert extractor.keys() - differ <= plugin.keys()
    for name in extractor.keys() - differ:
        assert plugin[name] == extractor[name], name
    for ours, theirs in zip(plugin["settings"], extractor["settings"], strict=True):
        assert ours == theirs


def test_schema(extractor: Row) -> None:
    """The file meltano.yml hides from loaders what arrays of objects hold, and nothing else."""
    streams = json.loads(call(TAP, "--discover", folder=ROOT).stdout)["streams"]
    arrays = {
        stream["tap_stream_id"]: {
            name: {"type": of["type"]}
            for name, of in stream["schema"]["properties"].items()
            if "properties" in of.get("items", {})
        }
        for stream in streams
    }
    assert extractor.get("schema") is None
    assert extractor["env"].keys() == {"TAP_SEQUENCE__SCHEMA"}
    hidden = json.loads(extractor["env"]["TAP_SEQUENCE__SCHEMA"])
    assert hidden == {name: of for name, of in arrays.items() if of}


def test_settings_agree_with_the_tap(plugin: Row, about: Row) -> None:
    """The settings of plugin.yaml are those of `--about`: name, label, words and secrecy.

    The SDK's own have words of ours; the tap's have the tap's. All are text to Meltano: of any
    other kind it would guess what is meant, or end in a traceback.
    """
    declared = {setting["name"]: setting for setting in plugin["settings"]}
    # faker_config needs a package that the tap is not installed with
    assert list(declared) == [name for name in read_settings(about) if name != "faker_config"]
    for name, setting in declared.items():
        known = read_settings(about)[name]
        assert setting["kind"] == "string"
        assert setting.get("sensitive", False) == known.get("secret", False), name
    for name, setting in tap_settings(about).items():
        assert declared[name]["label"] == setting["title"], name
        assert declared[name]["description"] == setting["description"], name
        if "default" in setting:
            default = json.dumps(setting["default"]).strip('"')
            assert setting["description"].endswith(f" Default: {default}."), name
    assert plugin["settings_group_validation"] == [about["settings"]["required"]]
    assert plugin["capabilities"] == sorted(about["capabilities"])


def read_settings(about: Row) -> Row:
    """Return what `--about` says of each setting."""
    found: Row = about["settings"]["properties"]
    return found


def tap_settings(about: Row) -> Row:
    """Return what `--about` says of each setting that isn't the SDK's."""
    names = [*read_settings(about)]
    return {name: read_settings(about)[name] for name in names[: names.index("user_agent") + 1]}


def test_block_agrees() -> None:
    """The file to copy defines extractors and loader as meltano.yml does."""
    block = YAML(typ="safe").load(ROOT / COPIED)["plugins"]
    tap, *others = block["extractors"]
    ours, *our_others = plugins("extractors")
    short = [
        {name: of[name] for name in ("name", "kind", "sensitive") if name in of}
        for of in ours["settings"]
    ]
    assert tap == {
        **{name: ours[name] for name in ours if name != "description"},
        "pip_url": TO_FILL_IN,
        "settings": short,
        "load_schema": "sequence",
    }
    assert others == our_others
    loader, gone = block["loaders"]
    our_loader, our_gone, _ = plugins("loaders")
    assert loader == {
        "name": "target-postgres-sequence",
        "inherit_from": our_loader["name"],
        **{name: our_loader[name] for name in ("pip_url", "env")},
        "config": our_loader["config"] | {"default_target_schema": "$MELTANO_EXTRACT__LOAD_SCHEMA"},
    }
    assert gone["inherit_from"] == loader["name"]
    assert our_gone["inherit_from"] == our_loader["name"]
    assert gone["config"] == our_gone["config"]


def test_what_can_vanish() -> None:
    """The extractor for what is gone reads all lists from which rows can vanish, and customers."""
    _, refresh, gone, _ = plugins("extractors")
    read = {pattern.removesuffix(".*") for pattern in gone["select"] if pattern[0] != "!"}
    assert read == {"customers"} | {vars(one)["name"] for one in STREAMS if one.vanishing}
    assert gone["inherit_from"] == refresh["name"]
    assert gone["config"] == {"emit_activate_version_messages": True}


def test_the_refresh_agrees(plugin: Row) -> None:
    """What plugin.yaml advises for what changes without a trace is what meltano.yml has."""
    _, refresh, _, _ = plugins("extractors")
    (advised,) = re.findall("```yaml\n(.*?)```", plugin["usage"], re.DOTALL)
    assert YAML(typ="safe").load(advised) == {"plugins": {"extractors": [refresh]}}


@pytest.mark.parametrize(
    ("file", "prefix", "loader"),
    [
        ("meltano.yml", "account", "target-postgres"),
        (COPIED, "sequence", "target-postgres-sequence"),
    ],
)
def test_jobs(file: str, prefix: str, loader: str) -> None:
    """Both files run an extractor every hour, one every night, and others only where wanted."""
    project = YAML(typ="safe").load(ROOT / file)
    jobs = {job["name"]: job["tasks"] for job in project["jobs"]}
    every = {one["job"]: one["interval"] for one in project["schedules"]}
    assert jobs[prefix] == [f"tap-sequence {loader}"]
    assert jobs[f"{prefix}-refresh"] == [f"tap-sequence-refresh {loader}"]
    assert jobs[f"{prefix}-with-lines"] == [*jobs[prefix], f"tap-sequence-lines {loader}"]
    assert jobs[f"{prefix}-gone"] == [f"tap-sequence-gone {loader}-gone"]
    assert not {f"{prefix}-with-lines", f"{prefix}-gone"} & every.keys()
    assert every[prefix] == "@hourly"
    assert every[f"{prefix}-refresh"] == "30 3 * * *"


def test_earlier_names() -> None:
    """Jobs and schedules still run by the names they had first; no orchestrator runs them twice."""
    project = YAML(typ="safe").load(ROOT / "meltano.yml")
    jobs = {job["name"]: job["tasks"] for job in project["jobs"]}
    schedules = {one["name"]: (one["job"], one["interval"]) for one in project["schedules"]}
    assert jobs["customers"] == jobs["account"]
    assert jobs["customers-refresh"] == jobs["account-refresh"]
    assert schedules["customers-hourly"] == ("customers", "@once")
    assert schedules["customers-nightly"] == ("customers-refresh", "@once")
