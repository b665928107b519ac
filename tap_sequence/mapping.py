"""What the expressions of stream maps see of a record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from typing_extensions import override


class Whole(dict[str, Any]):
    """An object that has null where it lacks a declared property, for those who ask by name.

    The same goes for the objects within it. To all who go through it, and so in what is made of
    it, the property is still missing.

    Args:
        content: The object.
        declared: The properties of its JSON schema.
    """

    __slots__ = ("_declared",)

    def __init__(self, content: Mapping[str, Any], declared: Mapping[str, Any]) -> None:
        """Take over the content."""
        super().__init__(content)
        self._declared = declared

    def __missing__(self, name: str) -> None:
        if name not in self._declared:
            raise KeyError(name)

    @override
    def __getitem__(self, name: str) -> Any:
        value = super().__getitem__(name)
        return _whole(value, self._declared.get(name)) if isinstance(value, dict | list) else value

    @override
    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or name in self._declared

    @override
    def copy(self) -> Whole:
        return Whole(self, self._declared)


def _whole(value: Any, schema: Any) -> Any:
    match value:
        case dict() if isinstance(schema, Mapping):
            return Whole(value, schema.get("properties") or {})
        case list() if isinstance(schema, Mapping):
            return [_whole(one, schema.get("items")) for one in value]
        case _:
            return value
