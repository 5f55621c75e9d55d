"""What is wrong with a file, from pydantic's errors: one sentence each, with its place."""

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from experiments.specification.parts import did_you_mean

LONGEST = 60
EXPECTED = {
    "float_type": "a number",
    "int_type": "a whole number",
    "string_type": "a string",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a table",
    "model_type": "a name, a list of name and arguments, or a table",
    "model_attributes_type": "a name, a list of name and arguments, or a table",
    "finite_number": "a finite number",
}


def sentences(error: ValidationError, model: type[BaseModel]) -> list[str]:
    """A sentence for each mistake: its place in the file, what was expected, what is there."""
    return [
        f"{_place(each['loc'])}{_what(each, model)}"
        for each in error.errors(include_url=False)
        if not _follows(each)
    ]


def _follows(error: Any) -> bool:
    """Whether a list is too short only because its entries are wrong."""
    return error["type"] == "too_short" and bool(error["input"])


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(map(str, location)) + ": " if location else ""


def _what(error: Any, model: type[BaseModel]) -> str:
    kind, given, context = error["type"], shortened(error["input"]), error.get("ctx", {})
    if kind == "missing":
        return "is missing"
    if kind == "extra_forbidden":
        name = str(error["loc"][-1])
        known = _fields(model, error["loc"][:-1])
        return f"unknown key {shortened(name)}: {did_you_mean(name, known)}"
    if kind == "value_error":
        return str(context["error"])
    if kind == "literal_error":
        return f"takes {context['expected']}, not {given}{_near(error['input'], context)}"
    if kind == "too_short":
        return "takes at least one entry, it is empty"
    if kind in EXPECTED:
        return f"takes {EXPECTED[kind]}, not {given}"
    message = str(error["msg"]).removeprefix("Input should be ")
    return f"takes a value {message}, not {given}"


def _near(given: object, context: Any) -> str:
    known = context["expected"].replace(" or ", ", ").split(", ")
    hint = did_you_mean(str(given), [word.strip("'") for word in known])
    return f": {hint}" if hint.startswith("did") else ""


def shortened(value: object) -> str:
    """`value` as Python writes it, cut where it is long."""
    try:
        text = repr(value)
    except RecursionError:
        return "what is nested so deeply"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _fields(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """The keys that are known at a place, found by walking down the models' fields."""
    for step in location:
        field = model.model_fields.get(step) if isinstance(step, str) else None
        if field is not None:
            model = next(_models(field.annotation), model)
    return list(model.model_fields)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)
