"""Does the tap fit into a project that exists already, with and without Meltano?"""

from __future__ import annotations

import fcntl
import json
import os
import re
import sqlite3
import sys
from contextlib import ExitStack, closing, contextmanager
from textwrap import dedent
from typing import TYPE_CHECKING, Any, cast

import pytest
from psycopg import sql
from ruamel.yaml import YAML

from standins.postgres import Database, postgres
from standins.sequence_api import SequenceAPI, faults
from tests.pipelines import (
    MELTANO,
    ROOT,
    TAP,
    UV,
    Row,
    blocks,
    call,
    definition,
    plugins,
    schema_of_the_project,
    wheel,
)
from tests.tap import settings

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

RECIPES = "docs/recipes.md"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the package, which is installed in place of a clone."""
    return wheel(tmp_path_factory.mktemp("dist"))


# --- One source for the settings -----------------------------------------------------------------

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
    texts = ALLOWED - {"capabilities", "keywords", "settings", "settings_group_validation"}
    assert all(isinstance(plugin[name], str) for name in texts & plugin.keys())
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
    differ = {"pip_url", "use_cached_catalog", "schema", "settings"}
    assert extractor.keys() - differ <= plugin.keys()
    for name in extractor.keys() - differ:
        assert plugin[name] == extractor[name], name
    for ours, theirs in zip(plugin["settings"], extractor["settings"], strict=True):
        assert ours == theirs


def test_schema_of_the_project() -> None:
    """The file meltano.yml hides from loaders what arrays of objects hold, and nothing else."""
    (stream,) = json.loads(call(TAP, "--discover", folder=ROOT).stdout)["streams"]
    fields = stream["schema"]["properties"]
    assert schema_of_the_project() == {
        name: {"type": fields[name]["type"]}
        for name in fields
        if "properties" in fields[name].get("items", {})
    }


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


# --- A Meltano project ---------------------------------------------------------------------------

MELTANO_PAGE = "docs/meltano.md"
BLOCK = "docs/sequence.meltano.yml"
PLACEHOLDER = "\u2039path-or-URL\u203a"

OTHER_TAP = """#!/bin/sh
case "$*" in *--discover*) echo '{"streams": []}'; exit ;; esac
echo '{"type": "SCHEMA", "stream": "orders", "key_properties": ["id"],
    "schema": {"properties": {"id": {"type": "integer"}}}}' | tr -d '\\n'
echo
for id in 1 2 3; do echo '{"type": "RECORD", "stream": "orders", "record": {"id": '$id'}}'; done
"""
"""A tap that has been in the project before."""


class Project:
    """A Meltano project.

    Attributes:
        folder: Where it is.
        variables: Its environment.
    """

    def __init__(self, folder: Path, variables: dict[str, str]) -> None:
        self.folder = folder / "project"
        self.variables = variables
        call(MELTANO, "init", self.folder, folder=folder, variables=self.variables)

    def meltano(self, *arguments: object, **variables: str) -> str:
        """Run a command of Meltano's, and return what it prints."""
        given = self.variables | variables
        return call(MELTANO, *arguments, folder=self.folder, variables=given).stdout

    def change(self, **content: Any) -> None:
        """Write something into the project's file."""
        yaml = YAML()
        file = self.folder / "meltano.yml"
        yaml.dump(yaml.load(file) | content, file)

    def states(self, file: Path) -> set[str]:
        """Return the ids of the states in a database of Meltano's."""
        with closing(sqlite3.connect(file)) as system:
            return {state for (state,) in system.execute("SELECT state_id FROM state")}


@pytest.fixture(scope="module")
def warehouse() -> Iterator[Database]:
    """Start PostgreSQL."""
    with postgres() as database:
        yield database


@pytest.fixture(scope="module")
def existing(warehouse: Database, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Provide a project in which another tap has been loaded by target-postgres."""
    folder = tmp_path_factory.mktemp("existing")
    system = {"MELTANO_DATABASE_URI": f"sqlite:///{folder / 'meltano.db'}"}
    project = Project(folder, warehouse.environment() | system)
    script = folder / "tap-other"
    script.write_text(OTHER_TAP, encoding="utf-8")
    script.chmod(0o700)
    tap = {"name": "tap-other", "namespace": "tap_other", "executable": str(script)}
    loader = definition("target-postgres") | {"config": {"default_target_schema": "raw"}}
    del loader["env"]
    project.change(
        plugins={
            "extractors": [tap | {"capabilities": ["catalog", "discover"]}],
            "loaders": [loader],
        }
    )
    project.meltano("run", "tap-other", "target-postgres")
    return project


@pytest.fixture(scope="module")
def with_the_tap(existing: Project, package: Path) -> Project:
    """Do in this project what the page says, but for the API key."""
    block = (ROOT / BLOCK).read_text(encoding="utf-8")
    (existing.folder / "sequence.meltano.yml").write_text(
        block.replace(PLACEHOLDER, str(package)), encoding="utf-8"
    )
    existing.change(**YAML(typ="safe").load(steps("yaml")[0]))
    return existing


def steps(language: str) -> list[str]:
    """Return the blocks of code in the page's numbered steps."""
    text = (ROOT / MELTANO_PAGE).read_text(encoding="utf-8")
    found = re.findall(rf"^   ```{language}\n(.*?)^   ```$", text, re.DOTALL | re.MULTILINE)
    return [dedent(block) for block in found]


def test_block_agrees() -> None:
    """The file to copy defines extractors and loader as meltano.yml does."""
    block = YAML(typ="safe").load(ROOT / BLOCK)["plugins"]
    tap, refresh = block["extractors"]
    ours, our_refresh = plugins("extractors")
    short = [
        {name: of[name] for name in ("name", "kind", "sensitive") if name in of}
        for of in ours["settings"]
    ]
    assert tap == {
        **{name: ours[name] for name in ours if name != "description"},
        "pip_url": PLACEHOLDER,
        "settings": short,
        "select": ["customers.*"],
        "load_schema": "sequence",
    }
    assert refresh == our_refresh
    (loader,) = block["loaders"]
    our_loader = plugins("loaders")[0]
    assert loader == {
        "name": "target-postgres-sequence",
        "inherit_from": our_loader["name"],
        **{name: our_loader[name] for name in ("pip_url", "env")},
        "config": our_loader["config"] | {"default_target_schema": "$MELTANO_EXTRACT__LOAD_SCHEMA"},
    }


def tables(database: Database) -> dict[str, set[str]]:
    """Return the columns of each table."""
    found: dict[str, set[str]] = {}
    for row in database.query(
        "SELECT table_schema || '.' || table_name AS name, column_name FROM "
        "information_schema.columns WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
    ):
        found.setdefault(row["name"], set()).add(row["column_name"])
    return found


def test_beside_another_tap(with_the_tap: Project, warehouse: Database) -> None:
    """In a project that has another tap the page's steps load all, and the other tap as before."""
    before = tables(warehouse)
    assert before.keys() == {"raw.orders"}
    (commands,) = steps("sh")
    with SequenceAPI(120) as api:
        key = {
            "TAP_SEQUENCE_API_URL": api.url,
            "TAP_SEQUENCE_CLIENT_ID": api.client_id,
            "TAP_SEQUENCE_CLIENT_SECRET": api.client_secret,
        }
        for command in commands.splitlines():
            with_the_tap.meltano(*command.split()[1:], **key)
        wanted = {customer.id for customer in api.customers}
    loaded = [row["id"] for row in warehouse.query("SELECT id FROM sequence.customers")]
    assert sorted(loaded) == sorted(wanted)

    warehouse.query("DELETE FROM raw.orders")
    with_the_tap.meltano("run", "tap-other", "target-postgres")
    after = tables(warehouse)
    assert after.keys() == {"raw.orders", "sequence.customers"}
    assert after["raw.orders"] == before["raw.orders"]
    assert len(warehouse.query("SELECT id FROM raw.orders")) == 3


@contextmanager
def accounts(*names: str) -> Iterator[tuple[dict[str, SequenceAPI], dict[str, str]]]:
    """Provide accounts by name, and the variables with which their extractors find them."""
    with ExitStack() as stack:
        apis = {
            name: stack.enter_context(SequenceAPI(20 + number, seed=number))
            for number, name in enumerate(names)
        }
        variables = {}
        for name, api in apis.items():
            prefix = f"TAP_SEQUENCE_{name.upper()}"
            variables[f"{prefix}_API_URL"] = api.url
            variables[f"{prefix}_CLIENT_ID"] = api.client_id
            variables[f"{prefix}_CLIENT_SECRET"] = api.client_secret
        yield apis, variables


def recipe_for_accounts(project: Project, number: int) -> None:
    """Follow one of the page's recipes for several accounts."""
    (project.folder / "accounts.meltano.yml").write_text(
        blocks(MELTANO_PAGE, "yaml")[number], encoding="utf-8"
    )
    project.change(include_paths=["sequence.meltano.yml", "accounts.meltano.yml"])


def test_a_schema_for_each_account(
    with_the_tap: Project, warehouse: Database, tmp_path: Path
) -> None:
    """Each account is loaded into its schema, and goes on from a state of its own."""
    recipe_for_accounts(with_the_tap, 0)
    file = tmp_path / "meltano.db"
    with accounts("uk", "us", "sandbox") as (apis, variables):
        variables["MELTANO_DATABASE_URI"] = f"sqlite:///{file}"
        with_the_tap.meltano("run", "sequence-accounts", **variables)
        for name, api in apis.items():
            table = sql.Identifier(f"sequence_{name}", "customers")
            rows = warehouse.query(sql.SQL("SELECT id FROM {}").format(table))
            assert sorted(row["id"] for row in rows) == sorted(ids(api))
            api.clear()
        with_the_tap.meltano("run", "tap-sequence-us", "target-postgres-sequence", **variables)
        assert [len(api.requests) for api in apis.values()] == [0, 1, 0]
    assert with_the_tap.states(file) == {
        f"dev:tap-sequence-{name}-to-target-postgres-sequence" for name in apis
    }


def test_an_environment_of_its_own(
    with_the_tap: Project, warehouse: Database, tmp_path: Path
) -> None:
    """Both jobs of an environment load into its schema, from states of its own."""
    added = YAML(typ="safe").load(blocks(MELTANO_PAGE, "yaml")[3])["environments"]
    with_the_tap.change(environments=[{"name": "dev"}, *added])
    warehouse.query("DROP SCHEMA IF EXISTS sequence CASCADE")
    file = tmp_path / "meltano.db"
    jobs = ("sequence-customers", "sequence-customers-refresh")
    with SequenceAPI(20) as api:
        variables = {
            "TAP_SEQUENCE_API_URL": api.url,  # not the real sandbox
            "TAP_SEQUENCE_CLIENT_ID": api.client_id,
            "TAP_SEQUENCE_CLIENT_SECRET": api.client_secret,
            "MELTANO_DATABASE_URI": f"sqlite:///{file}",
        }
        with_the_tap.meltano("--environment=staging", "run", *jobs, **variables)
        loaded = warehouse.query("SELECT id FROM sequence_staging.customers")
        assert sorted(row["id"] for row in loaded) == sorted(ids(api))
    assert "sequence.customers" not in tables(warehouse)
    assert with_the_tap.states(file) == {
        f"staging:{tap}-to-target-postgres-sequence"
        for tap in ("tap-sequence", "tap-sequence-refresh")
    }


def test_all_accounts_in_one_table(
    with_the_tap: Project, warehouse: Database, tmp_path: Path
) -> None:
    """A table has the customers of each account under its name, also where two have the same id."""
    recipe_for_accounts(with_the_tap, 1)
    warehouse.query("DROP SCHEMA IF EXISTS sequence CASCADE")
    with accounts("uk", "us") as (apis, variables):
        same = {"id": "the-same-id", "createdAt": "2025-01-01T00:00:00Z"}
        for api in apis.values():
            api.add_raw(same)
        variables["MELTANO_DATABASE_URI"] = f"sqlite:///{tmp_path / 'meltano.db'}"
        with_the_tap.meltano("run", "sequence-accounts", **variables)
        rows = warehouse.query("SELECT account, id FROM sequence.customers")
        assert sorted((row["account"], row["id"]) for row in rows) == sorted(
            (name, of["id"]) for name, api in apis.items() for of in cast("list[Row]", api.listed())
        )
        assert len({row["id"] for row in rows}) < len(rows)


def test_from_a_checkout(tmp_path: Path) -> None:
    """A new project can install the tap from a checkout, as a comment in plugin.yaml says."""
    text = (ROOT / "plugin.yaml").read_text(encoding="utf-8")
    (command,) = re.findall("^#   (sed .*)$", text, re.MULTILINE)
    project = Project(tmp_path, {})
    call("sh", "-c", command, folder=project.folder, variables={"CHECKOUT": str(ROOT)})

    project.meltano("add", "tap-sequence", "--from-ref", "plugin.yaml")
    said = project.meltano("invoke", "tap-sequence", "--version")
    assert said.startswith("tap-sequence ")
    assert str(ROOT) in (project.folder / "meltano.yml").read_text(encoding="utf-8")


# --- Without Meltano -----------------------------------------------------------------------------


class Home:
    """A user's home folder, with the commands that the recipes install.

    Attributes:
        api: The account.
        folder: Where the recipes keep their files.
    """

    def __init__(self, api: SequenceAPI, home: Path, package: Path) -> None:
        self.api = api
        self.folder = home / "sequence"
        own = ("XDG_BIN_HOME", "XDG_DATA_HOME", "UV_TOOL_DIR", "UV_TOOL_BIN_DIR", "PIPX_HOME")
        cache = call(UV, "cache", "dir", folder=ROOT).stdout.strip()
        self.variables = {
            "TAP_SEQUENCE": str(package),
            **{name: "" for name in own if name in os.environ},
            "HOME": str(home),
            "PATH": f"{home / '.local' / 'bin'}:{os.environ['PATH']}",
            "UV_CACHE_DIR": cache,
            # Not the user's own choice, but the Python that these tests are for
            "UV_PYTHON": sys.executable,
            "PIPX_DEFAULT_PYTHON": sys.executable,
        }
        self.folder.mkdir(mode=0o700)
        for name, content in zip(
            ("config.json", "target.json"), blocks(RECIPES, "json"), strict=True
        ):
            given = json.loads(content)
            if name == "config.json":
                assert set(given) <= set(settings(api))
                given = settings(api)
            (self.folder / name).write_text(json.dumps(given), encoding="utf-8")

    def sh(self, script: str, *, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a recipe."""
        self.api.clear()
        return call(
            *("sh", "-euc", script), folder=self.folder, variables=self.variables, check=check
        )

    def cron(self) -> int:
        """Run the script that cron runs, with the little that cron gives it, for its exit code."""
        self.api.clear()
        script = self.folder / "load"
        if not script.exists():
            script.write_text(recipe("#!/bin/sh"), encoding="utf-8")
            script.chmod(0o700)
        variables = {**self.variables, "PATH": "/usr/bin:/bin"}
        return call(script, folder=self.folder.parent, variables=variables, check=False).returncode

    @property
    def loaded(self) -> list[str]:
        """The ids in the target's file, as often as they stand there."""
        file = self.folder / "customers" / "customers.jsonl"
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        return [json.loads(line)["id"] for line in lines]

    @property
    def state(self) -> str | None:
        """The state that is kept."""
        file = self.folder / "state.json"
        return file.read_text(encoding="utf-8") if file.exists() else None


def recipe(begins: str) -> str:
    """Return the block of shell commands that begins with some words."""
    (found,) = (block for block in blocks(RECIPES, "sh") if block.startswith(begins))
    return found


@pytest.fixture(scope="module")
def tools(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Follow the recipe for uv, and return a home folder that has the commands."""
    home = tmp_path_factory.mktemp("home")
    with SequenceAPI(0) as api:
        Home(api, home, package).sh(recipe("uv tool install"))
    return home


@pytest.fixture
def home(package: Path, tools: Path, tmp_path: Path) -> Iterator[Home]:
    """Provide a home folder of its own, with these commands and 250 customers."""
    (tmp_path / ".local").symlink_to(tools / ".local")
    with SequenceAPI(250) as api:
        yield Home(api, tmp_path, package)


def ids(api: SequenceAPI) -> set[str]:
    """Return the ids of all customers."""
    return {customer.id for customer in api.customers}


def test_uv(tools: Path) -> None:
    """With uv the two commands are installed for the user."""
    assert {"tap-sequence", "target-jsonl"} <= {
        path.name for path in (tools / ".local" / "bin").iterdir()
    }


def test_pipx(package: Path, tmp_path: Path) -> None:
    """With pipx the two commands are installed for the user."""
    bin_folder = tmp_path / ".local" / "bin"
    with SequenceAPI(0) as api:
        home = Home(api, tmp_path, package)
        home.sh(recipe("pipx install").replace("pipx", f"{UV} tool run --quiet pipx"))
    assert {"tap-sequence", "target-jsonl"} == {path.name for path in bin_folder.iterdir()}
    said = call(bin_folder / "tap-sequence", "--version", folder=tmp_path).stdout
    assert said.startswith("tap-sequence ")


def test_pipe(home: Home) -> None:
    """A pipe loads all customers once, and a second one with the state costs one request."""
    home.sh(recipe("tap-sequence"))
    assert sorted(home.loaded) == sorted(ids(home.api))

    home.sh(recipe("tail"))
    assert len(home.api.requests) == 1
    assert set(home.loaded) == ids(home.api)


def test_one_customer(home: Home) -> None:
    """The recipe's test of the settings prints a customer, and fails where the key is refused."""
    (command,) = re.findall(
        "`(tap-sequence .* --test)`", (ROOT / RECIPES).read_text(encoding="utf-8")
    )
    assert home.sh(command).stdout.count('"RECORD"') == 1
    home.api.fail(faults.status(401), times=None)
    assert home.sh(command, check=False).returncode == 1


def test_cron(home: Home) -> None:
    """A run by cron loads all customers, and each later one what is new, for one request."""
    assert home.cron() == 0
    assert sorted(home.loaded) == sorted(ids(home.api))

    assert home.cron() == 0
    assert len(home.api.requests) == 1

    home.api.add(3)
    assert home.cron() == 0
    assert len(home.api.requests) == 1
    assert set(home.loaded) == ids(home.api)
    assert {path.name for path in home.folder.iterdir()} == {
        *("config.json", "target.json", "customers", "load", "lock", "state.json")
    }


def test_cron_fails(home: Home) -> None:
    """A run that fails before it has loaded anything ends like the tap, and the state stays."""
    assert home.cron() == 0
    state = home.state

    home.api.fail(faults.status(401))
    assert home.cron() == 1
    assert home.state == state
    assert home.cron() == 0


def test_cron_fails_half_way(home: Home) -> None:
    """A run that fails half-way ends like the tap, and the next one goes on from there."""
    home.api.fail(faults.status(403), times=None, skip=2)
    assert home.cron() == 1
    half = len(home.loaded)
    assert 0 < half < 250
    assert home.state

    home.api.recover()
    assert home.cron() == 0
    assert set(home.loaded) == ids(home.api)
    assert len(home.loaded) < half + 250


def test_cron_overlaps(home: Home) -> None:
    """A run that begins before the last one has ended leaves at once, without a request."""
    with (home.folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert home.cron() == 75
    assert home.api.requests == []
    assert home.cron() == 0


def test_cron_target_fails(home: Home) -> None:
    """A state that the target had no time to write in full doesn't count; one before it does."""
    target = home.folder.parent / "bin" / "target-jsonl"
    target.parent.mkdir()
    target.write_text('#!/bin/sh\ncat > /dev/null\nprintf \'{"a": 1}\\n{"a": {}\'\nexit 3\n')
    target.chmod(0o700)
    script = recipe("#!/bin/sh").replace("$HOME/.local/bin:", "$HOME/bin:$HOME/.local/bin:")
    (home.folder / "load").write_text(script, encoding="utf-8")
    (home.folder / "load").chmod(0o700)

    assert home.cron() == 3
    assert home.state == '{"a": 1}\n'


def test_cron_was_killed(home: Home) -> None:
    """What a run that was killed had stored counts for the next one."""
    assert home.cron() == 0
    (home.folder / "state.json").rename(home.folder / "states.jsonl")

    assert home.cron() == 0
    assert len(home.api.requests) == 1


def test_crontab() -> None:
    """The line for crontab runs the script of the recipe, hourly."""
    (line,) = blocks(RECIPES, "crontab")
    assert re.fullmatch(r"5 \* \* \* \* \$HOME/sequence/load >> \$HOME/sequence/log 2>&1\n", line)
