#!/usr/bin/env python3
"""Holds config/asyncapi.yaml to the specification, to itself, and to the names that the code has.

usage: document.py CONTRACT_JUDGE PROGRAM

It is read by two packages that know AsyncAPI 3.0: the models of asyncapi3, which take no member that the specification does not
know, and the parser and rules of asyncapi-python. Then every reference is followed, every example is held to its schemas, and
topics, headers, codes and types are compared with those of the program.
"""
import copy
import json
import os
import pathlib
import subprocess
import sys
import warnings

import jsonschema
import yaml

# Their models have a field named schema, of which pydantic warns.
warnings.filterwarnings("ignore", category=UserWarning)
from asyncapi3.models.asyncapi import AsyncAPI3  # noqa: E402
from asyncapi_python_codegen.parser import extract_all_operations, load_document_info  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DOCUMENT = ROOT / "config" / "asyncapi.yaml"


def expect(condition, message):
    if not condition:
        raise AssertionError(message)


def output(*command, **environment):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env={**os.environ, **environment})
    expect(done.returncode == 0, f"{command}: {done.stderr}")
    return json.loads(done.stdout)


def followed(node, document, folder):
    """The node with every reference replaced by what it names; one that leads nowhere fails."""
    if isinstance(node, list):
        return [followed(n, document, folder) for n in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node and set(node) == {"$ref"}:
        file, _, pointer = node["$ref"].partition("#")
        if file:
            # A JSON Schema, whose own references are a validator's business.
            expect((folder / file).is_file() and not pointer, f"{node['$ref']} leads nowhere")
            return json.loads((folder / file).read_text(encoding="utf-8"))
        found = document
        for step in pointer.strip("/").split("/"):
            expect(isinstance(found, dict) and step in found, f"{node['$ref']} leads nowhere")
            found = found[step]
        return followed(found, document, folder)
    return {k: followed(v, document, folder) for k, v in node.items()}


def is_refused(model, document):
    try:
        model(document)
    except Exception:
        return True
    return False


def specification(document):
    """The document is AsyncAPI 3.0 to both packages, which see what is wrong with a spoilt one."""
    AsyncAPI3.model_validate(document)
    for path, value in ((("operations", "bury", "action"), "throw"), (("info", "nonsense"), 1),
                        (("channels", "results", "adress"), "x"), (("components", "correlationIds", "spring", "location"), None)):
        spoilt = copy.deepcopy(document)
        part = spoilt
        for step in path[:-1]:
            part = part[step]
        part[path[-1]] = value
        expect(is_refused(AsyncAPI3.model_validate, spoilt), f"asyncapi3 takes {path} = {value}")
    info = load_document_info(DOCUMENT)
    expect((info["asyncapi_version"], info["title"]) == ("3.0.0", "customer-worker"), f"{info}")
    operations = extract_all_operations(DOCUMENT)
    actions = {name: operation.action for name, operation in operations.items()}
    expect(actions == {"createCustomer": "receive", "publishResult": "send", "bury": "send"}, f"{actions}")
    reply = operations["createCustomer"].reply
    expect(reply is not None and len(reply.messages) == 2, f"{reply}")
    print("passed  config/asyncapi.yaml is AsyncAPI 3.0 to both packages, with its three operations and the reply")


def examples(whole):
    """Every example is valid by its message's schemas."""
    count = 0
    for name, message in whole["components"]["messages"].items():
        expect(message.get("examples"), f"{name} has no example")
        for example in message["examples"]:
            jsonschema.Draft202012Validator(message["headers"]).validate(example["headers"])
            if "payload" in message:
                jsonschema.Draft202012Validator(message["payload"]["schema"]).validate(example["payload"])
            count += 1
    print(f"passed  its references lead somewhere, and its {count} examples are valid")


def location(text):
    return text.removeprefix("$message.header#/")


def names(whole, judge, program):
    """Topics, headers, codes and types are the code's."""
    code = output(judge, "names")
    shown = output(program, "config", "show", "--json", "--config", "/dev/null")
    settings = {row["key"]: row["value"] for row in shown["settings"]}
    channels, messages = whole["channels"], whole["components"]["messages"]
    for channel, key in (("commands", "kafka.topic"), ("results", "kafka.topic_results"), ("deadLetters", "kafka.topic_dlq")):
        address = channels[channel]["address"]
        expect(address == settings[key] == channels[channel]["bindings"]["kafka"]["topic"], f"{channel}: {address}, {settings[key]}")
    group = whole["operations"]["createCustomer"]["bindings"]["kafka"]["groupId"]["default"]
    expect(group == settings["kafka.consumer_group"], group)
    brokers = whole["servers"]["cluster"]["variables"]["brokers"]["default"]
    expect(f"[{brokers}]" == settings["kafka.brokers"], f"{brokers}, {settings['kafka.brokers']}")

    def header_names(message):
        return sorted(messages[message]["headers"]["properties"])
    expect(header_names("createCustomer") == sorted(code["command_headers"]), header_names("createCustomer"))
    expect(header_names("customerCreated") == sorted(code["result_headers"]), header_names("customerCreated"))
    expect(header_names("deadLetter") == sorted(code["dead_letter_headers"] + code["dead_letter_reductions"]), header_names("deadLetter"))
    required = sorted(messages["deadLetter"]["headers"]["required"])
    expect(required == sorted(code["dead_letter_headers"]), f"not every header of a dead letter is required: {required}")
    result = messages["customerCreated"]["payload"]["schema"]
    codes = result["$defs"]["error"]["properties"]["code"]["enum"]
    expect(codes == code["error_codes"], codes)
    expect(messages["deadLetter"]["headers"]["properties"]["dlq-error-code"]["enum"] == codes, "dlq-error-code")
    expect(result["properties"]["outcome"]["enum"] == code["outcomes"], result["properties"]["outcome"]["enum"])
    types = [messages["customerCreated"]["name"], messages["customerCreateFailed"]["name"]]
    expect(types == code["result_types"] == messages["customerCreated"]["headers"]["properties"]["ce_type"]["enum"], f"{types}")
    command_headers = messages["createCustomer"]["headers"]["properties"]
    expect(messages["createCustomer"]["name"] == code["command_type"] == command_headers["ce_type"]["const"], "ce_type")
    command = messages["createCustomer"]["payload"]["schema"]
    expect(command["x-maxRecordBytes"] == code["maximum_command_bytes"], "x-maxRecordBytes")
    longest = messages["deadLetter"]["headers"]["properties"]["__dlq.errors.message"]["x-maxBytes"]
    expect(longest == code["maximum_message_bytes"], f"{longest}")
    for part in [whole["operations"]["createCustomer"]["reply"]["address"], whole["components"]["correlationIds"]["spring"]]:
        expect(location(part["location"]) in command_headers, part["location"])
    print(f"passed  topics, {sum(len(header_names(m)) for m in messages)} header names, {len(codes)} codes, types and bounds are the code's")


def main():
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        document = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
        specification(document)
        whole = followed(document, document, DOCUMENT.parent)
        examples(whole)
        names(whole, os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]))
    except Exception as error:
        print(f"FAILED  {type(error).__name__}: {error}")
        return 1
    print("3 passed, 0 failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
