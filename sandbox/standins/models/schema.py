"""Fits any proposal into any JSON schema of the subset that the providers accept."""

import re
from typing import Any

JsonSchema = dict[str, Any]
# What a careful answer picks when it has no opinion.
_NEUTRAL = ("unknown", "other", "neutral", "human_review", "none")
_BOUND = re.compile(r"(minimum|maximum|minLength|maxLength|minItems|maxItems): (-?\d+(?:\.\d+)?)")


def properties(schema: JsonSchema) -> set[str]:
    """All property names that occur anywhere in a schema."""
    names: set[str] = set()
    stack: list[Any] = [schema]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            if isinstance(node.get("properties"), dict):
                names |= set(node["properties"])
            stack += node.values()
        elif isinstance(node, list):
            stack += node
    return names


def fit(schema: JsonSchema, proposal: Any, root: JsonSchema | None = None) -> Any:
    """The proposal as far as it fits, completed and cut where it doesn't."""
    root = root or schema
    schema = _resolved(schema, root)
    bounds = _bounds(schema)
    if "enum" in schema or "const" in schema:
        return _chosen(schema.get("enum") or [schema["const"]], proposal)
    kind = schema.get("type")
    if isinstance(kind, list):
        return fit(schema | {"type": _type_of(kind, proposal)}, proposal, root)
    if kind == "object" or "properties" in schema:
        return _object(schema, proposal if isinstance(proposal, dict) else {}, root)
    if kind == "array":
        return _array(schema, proposal if isinstance(proposal, list) else [], bounds, root)
    return _scalar(str(kind), proposal, bounds)


def strict_problem(schema: JsonSchema, *, all_required: bool, path: str = "") -> str | None:
    """Why a provider would refuse this schema: objects must be closed, and (OpenAI) every property required."""
    for name, definition in (schema.get("$defs") or {}).items():
        if problem := strict_problem(definition, all_required=all_required, path=f"$defs.{name}"):
            return problem
    inner = schema.get("properties") or {}
    if schema.get("type") == "object" or inner:
        if schema.get("additionalProperties") is not False:
            return f"{path or 'root'}: 'additionalProperties' is required to be supplied and to be false"
        missing = sorted(set(inner) - set(schema.get("required") or []))
        if all_required and missing:
            return f"{path or 'root'}: 'required' must include every key in properties. Missing '{missing[0]}'"
    children = [(f"{path}.{name}", one) for name, one in inner.items()]
    children += [(f"{path}[]", schema["items"])] if isinstance(schema.get("items"), dict) else []
    children += [(path, one) for word in ("anyOf", "oneOf", "allOf") for one in schema.get(word) or []]
    for where, child in children:
        if problem := strict_problem(child, all_required=all_required, path=where):
            return problem
    return None


def _scalar(kind: str, proposal: Any, bounds: dict[str, float]) -> Any:
    if kind == "string":
        text = proposal if isinstance(proposal, str) else ""
        return text[: int(bounds.get("maxLength", len(text)))]
    if kind in {"integer", "number"}:
        return _number(kind, proposal, bounds)
    return bool(proposal) if kind == "boolean" else None


def _resolved(schema: JsonSchema, root: JsonSchema) -> JsonSchema:
    while "$ref" in schema:
        node: Any = root
        for name in str(schema["$ref"]).removeprefix("#/").split("/"):
            node = node[name]
        schema = {key: value for key, value in schema.items() if key != "$ref"} | node
    return schema


def _object(schema: JsonSchema, proposal: dict[str, Any], root: JsonSchema) -> dict[str, Any]:
    required = set(schema.get("required") or [])
    answer: dict[str, Any] = {}
    for name, inner in (schema.get("properties") or {}).items():
        if name in proposal or name in required:
            answer[name] = _branch(inner, proposal.get(name), root)
    return answer


def _array(schema: JsonSchema, proposal: list[Any], bounds: dict[str, float], root: JsonSchema) -> list[Any]:
    items = schema.get("items") or {}
    answer = [_branch(items, one, root) for one in proposal[: int(bounds.get("maxItems", 100))]]
    while len(answer) < int(bounds.get("minItems", 0)):
        answer.append(_branch(items, None, root))
    return answer


def _branch(schema: JsonSchema, proposal: Any, root: JsonSchema) -> Any:
    options = [_resolved(one, root) for word in ("anyOf", "oneOf") for one in schema.get(word) or []]
    if not options:
        return fit(schema, proposal, root)
    nullable = any(one.get("type") == "null" for one in options)
    if proposal is None and nullable:
        return None
    real = [one for one in options if one.get("type") != "null"]
    suited = [one for one in real if one.get("type") == _name_of(proposal) or proposal in (one.get("enum") or [])]
    return fit((suited or real)[0], proposal, root)


def _number(kind: str, proposal: Any, bounds: dict[str, float]) -> float | int:
    value = float(proposal) if isinstance(proposal, int | float) else bounds.get("minimum", 0.0)
    value = max(bounds.get("minimum", value), min(bounds.get("maximum", value), value))
    return round(value) if kind == "integer" else round(value, 3)


def _chosen(options: list[Any], proposal: Any) -> Any:
    if proposal in options:
        return proposal
    return next((one for one in _NEUTRAL if one in options), None if None in options else options[0])


def _bounds(schema: JsonSchema) -> dict[str, float]:
    # The SDK of one provider moves the bounds that the provider doesn't enforce into the description.
    found = {name: float(value) for name, value in _BOUND.findall(str(schema.get("description", "")))}
    return found | {
        name: float(schema[name])
        for name in ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems")
        if name in schema
    }


def _type_of(kinds: list[str], proposal: Any) -> str:
    name = _name_of(proposal)
    if name in kinds:
        return name
    return "null" if "null" in kinds and proposal is None else next(kind for kind in kinds if kind != "null")


def _name_of(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    names = {str: "string", int: "integer", float: "number", list: "array", dict: "object", type(None): "null"}
    return names[type(value)]
