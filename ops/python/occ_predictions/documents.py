"""JSON as the formats have it: UTF-8, no NaN, nested within bounds; values of the types that are asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from itertools import chain
from typing import Any, NoReturn, TypeVar

MOST_LEVELS = 64

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

Value = TypeVar("Value")


class Flaw(ValueError):
    """What is wrong in a document; whoever reads it says in which."""


def parse(text: bytes) -> Any:
    """The value of a JSON text.

    Raises:
        Flaw: it is no JSON in UTF-8, has a number that is none, or is nested more than 64 deep.
    """
    try:
        value = json.loads(str(text, "utf-8"), parse_constant=_refuse)
    except RecursionError:
        raise Flaw(f"it is nested more than {MOST_LEVELS} deep") from None
    except ValueError as error:
        raise Flaw(f"it is no JSON: {error}") from None
    level: list[Any] = [value] if isinstance(value, (list, dict)) else []
    for _ in range(MOST_LEVELS):
        if not level:
            return value
        inner = [item.values() if type(item) is dict else item for item in level]
        level = [item for item in chain.from_iterable(inner) if type(item) is list or type(item) is dict]
    if level:
        raise Flaw(f"it is nested more than {MOST_LEVELS} deep")
    return value


def _refuse(constant: str) -> NoReturn:
    raise Flaw(f"{constant} is no number of JSON")


def table(value: object) -> Mapping[str, Any]:
    """The value as an object."""
    if not isinstance(value, dict):
        raise Flaw("it is no JSON object")
    return value


def get(row: Mapping[str, Any], key: str, kind: type[Value]) -> Value:
    """The value of a key, of a type; an integer is no truth value, and the other way round."""
    if key not in row:
        raise Flaw(f"it lacks the key '{key}'")
    value = row[key]
    if not isinstance(value, kind) or isinstance(value, bool) != (kind is bool):
        raise Flaw(f"the value of '{key}' is {shown(value)}")
    return value


def shown(value: object) -> str:
    """A value for people, short."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def is_token(token: str) -> bool:
    """Whether a text can be a sample's token: 1 to 256 bytes of UTF-8 without control characters."""
    try:
        count = len(token.encode("utf-8"))
    except UnicodeEncodeError:
        return False
    return 1 <= count <= 256 and _CONTROL.search(token) is None
