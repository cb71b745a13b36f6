"""The rules of config/schemas for a command, by pydantic, and its fingerprint: for with_equal_promises.py.

Lists and patterns are read from the schema; field bounds are written out, as they would be in an application. A name
that occurs twice in an object is not refused, because orjson hides it, and numbers that are spelt differently differ in
the fingerprint.
"""
import hashlib
import os
import re
from typing import Annotated, Literal, NotRequired

import orjson
from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

with open(os.path.join(os.path.dirname(__file__), "../../../config/schemas/command.json"), "rb") as file:
    SCHEMA = orjson.loads(file.read())
RULES, MOST_BYTES, MOST_DEPTH = SCHEMA["properties"], SCHEMA["x-maxRecordBytes"], SCHEMA["x-maxDepth"]
BOUNDED = [(name, rule["x-maxBytes"]) for name, rule in RULES.items() if "x-maxBytes" in rule]
TAX = {name: re.compile(rule["pattern"]) for name, rule in RULES["metadata"]["properties"].items()}
NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
# pydantic's own messages would list all time zones, and the whole pattern of an e-mail address.
SHORT = {
    "literal_error": "Input should be one of the allowed values",
    "string_pattern_mismatch": "String should match the pattern of the schema",
}


def text(least=0, most=None):
    return Annotated[str, Field(min_length=least, max_length=most)]


def one_of(rule):
    return Literal[tuple(rule["enum"])]


def optional(**fields):
    return {name: NotRequired[kind | None] for name, kind in fields.items()}


def object_of(name, fields):
    """An object with these fields and any others, unless another's name differs from one of these only in case."""
    kind = with_config(ConfigDict(extra="allow", strict=True))(TypedDict(name, fields))

    def check(value):
        for name in value.keys() - fields.keys():
            # The long s is a letter in another case, too.
            if (right := name.lower().replace("\u017f", "s")) in fields:
                raise ValueError(f"A name should be written {right}")
        return value

    return Annotated[kind, AfterValidator(check)]


METADATA = dict[str, str | None]
TAX_RATE = object_of("TaxRate", {"tax_rate_code": text(1), **optional(
    currency=text(0, 100), priority=Annotated[int, Field(ge=0, le=2**31 - 1)], auto_apply=bool, metadata=METADATA,
    tax_behavior=str)})
MAPPING = object_of("Mapping", {
    "entity_id": text(1, 255), "entity_type": text(1), "provider_type": text(1, 50),
    "provider_entity_id": text(1, 255), **optional(metadata=dict)})
PERSON = object_of("Person", {"first_name": text(1), **optional(
    last_name=str, salutation=str, designation=str, department=str, email=str, mobile=str, id=str, is_primary=bool)})
COMMAND = TypeAdapter(object_of("Command", {"external_id": text(1, 255), **optional(
    name=text(1, 255), email=Annotated[str, Field(max_length=255, pattern=RULES["email"]["pattern"])],
    contact=text(0, 20), address_line1=text(0, 255), address_line2=text(0, 255), address_city=text(0, 100),
    address_state=text(0, 100), address_postal_code=text(0, 20), address_country=one_of(RULES["address_country"]),
    timezone=one_of(SCHEMA["$defs"]["timezone"]), metadata=METADATA, skip_onboarding_workflow=bool,
    onboarding_workflow_name=str, tax_rate_overrides=list[TAX_RATE], integration_entity_mapping=list[MAPPING],
    billing_currency=str, contact_persons=list[PERSON], tax_treatment=one_of(RULES["tax_treatment"]))}))


class Refused(Exception):
    """Why a command fails, as the `error` of its result."""

    def __init__(self, code, message, **more):
        self.code, self.message = code, message.encode()[:1_000].decode(errors="ignore")
        self.error = {"code": code, "message": self.message, "retryable": False, **more}

    @classmethod
    def by_rules(cls, problems):
        message = "; ".join(f"{field}: {problem}" for field, problem in problems.items())
        return cls("invalid_command", message, http_status=400, details=problems)


def other_problems(command):
    """The rules that concern several fields, or that pydantic does not have."""
    problems = {}
    for name, most in BOUNDED:
        if (value := command.get(name)) and not value.isascii() and len(value.encode()) > most:
            problems[name] = f"String should have at most {most} bytes in UTF-8"
    if (metadata := command.get("metadata")) and not TAX.keys().isdisjoint(metadata):
        identifiers = {name: metadata.get(name) or "" for name in TAX}
        for name, value in identifiers.items():
            if not TAX[name].match(value):
                problems[f"metadata.{name}"] = SHORT["string_pattern_mismatch"]
        gstin, pan = (identifiers[name].strip().upper() for name in ("gstin", "pan"))
        if gstin and pan and gstin[2:12] != pan:
            problems["metadata.pan"] = "String should be characters 3 to 12 of gstin"
    if (persons := command.get("contact_persons")) and sum(person.get("is_primary") is True for person in persons) > 1:
        problems["contact_persons"] = "At most one person should be the primary one"
    return problems


def without_nulls(value, depth=1):
    """The value without null members at any depth; refuses deep nesting."""
    if not isinstance(value, (dict, list)):
        return value
    if depth > MOST_DEPTH:
        raise Refused("invalid_json", f"the value is nested more than {MOST_DEPTH} deep", http_status=400)
    if isinstance(value, list):
        return [without_nulls(element, depth + 1) for element in value]
    return {name: without_nulls(member, depth + 1) for name, member in value.items() if member is not None}


def parsed(value):
    """The object of a record's value."""
    if value is None:
        raise Refused("invalid_json", "the record has no value", http_status=400)
    if len(value) > MOST_BYTES:
        raise Refused("payload_too_large", f"the value has more than {MOST_BYTES} bytes", http_status=413)
    if value.startswith((b"\0", b"\1")):
        raise Refused("schema_framed_payload", "the value has the frame of a schema registry", http_status=400)
    try:
        fields = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise Refused("invalid_json", f"the value is not JSON: {error}", http_status=400) from None
    if not isinstance(fields, dict):
        raise Refused("invalid_json", "the value is not an object", http_status=400)
    return fields


def read(value):
    """A command's fields, its fingerprint, and why it is refused: None if it obeys every rule."""
    fields = {}
    try:
        fields = parsed(value)
        command = COMMAND.validate_python(fields)
        if problems := other_problems(command):
            raise Refused.by_rules(problems)
        if b"\\u0000" in value and NUL.search(value):
            raise Refused.by_rules({"(command)": "Strings and names should not contain U+0000"})
        if command.get("name") is None:
            command["name"] = command["external_id"]
        canonical = command
        if b"null" in value or value.count(b"{") + value.count(b"[") > MOST_DEPTH:
            canonical = without_nulls(command)
        return command, hashlib.sha256(orjson.dumps(canonical, option=orjson.OPT_SORT_KEYS)).digest(), None
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)[:64]
        return fields, None, Refused.by_rules({
            ".".join(map(str, problem["loc"])) or "(command)":
                SHORT.get(problem["type"]) or problem["msg"].removeprefix("Value error, ") for problem in found})
    except Refused as refused:
        return fields, None, refused
