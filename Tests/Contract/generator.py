"""Makes JSON values from a JSON Schema: valid ones, ones in which one rule is broken, at the bounds more often than between, and wild ones.

It reads the schema alone and knows no field. It aims and does not judge: which of its values are valid, a validator says. The wild
ones are changed at any place in any way, whatever the schema says there: they find what it forgets to say.
"""
import copy
import re
import re._constants as regex
import re._parser as parser

USUAL = "abcXYZ019 .-_@/'é\u00fc你\u0301\u00a0\U0001f600"
TROUBLING = "\"\\\n\t\r\x7f\x85\u2028<>,;\u017f\u212a\uffff\U0010ffff"
FOLDED = {"s": "\u017f", "k": "\u212a"}
LENGTHS = [0, 1, 2, 20, 21, 100, 101, 255, 256, 280, 281, 1_024, 1_025]
NUMBERS = [-1, 0, 1, 99, 100, 999, 1_000, 2**31 - 1, 2**31, 2**63 - 1, 2**63, 10**30]
VALUES = [None, True, False, 0, -1, 7, 0.5, 10**30, "", "text", [], ["x"], {}, {"a": None}]


def kind(value):
    if value is None or isinstance(value, bool):
        return "null" if value is None else "boolean"
    return {int: "integer", float: "number", str: "string", list: "array", dict: "object"}[type(value)]


class Generator:
    def __init__(self, schema, random):
        self.schema, self.random = schema, random
        self.targets = list(self._rules(schema, ()))

    def valid(self):
        return self._make(self.schema, (), None)

    def broken(self, target=None):
        """A value that breaks one rule, and the rule: a path and a keyword."""
        target = target or self.random.choice(self.targets)
        return self._make(self.schema, (), target), target

    def wild(self):
        """A valid value, changed at one place."""
        root = {"": self.valid()}
        places = list(self._places(root))
        container, key = self.random.choice(places)
        container[key] = self._changed(container[key])
        return root[""]

    def _places(self, container):
        for key in container if isinstance(container, dict) else range(len(container)):
            yield container, key
            if isinstance(container[key], (dict, list)):
                yield from self._places(container[key])

    def _changed(self, value):
        if self.random.random() < 0.3:
            return self._json(1)
        if isinstance(value, str):
            spot = self.random.randint(0, len(value))
            letter = self.random.choice(["a", "1", "é", "\U0001f600"])
            return self.random.choice([self._near(value), self._near(value), value[:spot] + "\0" + value[spot:],
                                       letter * self.random.choice(LENGTHS)])
        if isinstance(value, bool) or value is None:
            return self._json(0)
        if isinstance(value, (int, float)):
            return self.random.choice(NUMBERS)
        if isinstance(value, list):
            return value + [copy.deepcopy(self.random.choice(value)) if value else self._json(1)]
        name = self.random.choice(list(value) or ["x"])
        rest = {n: v for n, v in value.items() if n != name}
        return self.random.choice([rest, {**value, self._respell(name): value.get(name)}, {**value, "a\0": 1},
                                   {**rest, self._respell(name): value.get(name)}])

    # The schema, its references followed and its branches taken.

    def _resolve(self, node):
        if isinstance(node, bool):
            return {} if node else {"not": {}}
        if "$ref" in node:
            found = self.schema
            for step in node["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            node = {**self._resolve(found), **{k: v for k, v in node.items() if k != "$ref"}}
        return node

    def _branch(self, node):
        """The node with one of its `oneOf` merged into it."""
        node = self._resolve(node)
        if "oneOf" not in node:
            return node
        branch = self.random.choice(node["oneOf"])
        properties = {**node.get("properties", {})}
        for name, schema in branch.get("properties", {}).items():
            properties[name] = schema if schema is False else {**self._resolve(properties.get(name, {})), **schema}
        required = node.get("required", []) + branch.get("required", [])
        return {**node, "properties": properties, "required": required, "oneOf": []}

    def _rules(self, node, path):
        node = self._resolve(node)
        if node == {"not": {}}:
            return
        for keyword in ("type", "enum", "const", "minLength", "maxLength", "x-maxBytes", "pattern", "not", "minimum", "maximum",
                        "propertyNames", "maxContains"):
            if keyword in node:
                yield path, keyword
        for branch in node.get("oneOf", []):
            for name, schema in branch.get("properties", {}).items():
                if schema is False:
                    yield path, f"forbidden:{name}"
            for name in branch.get("required", []):
                yield path, f"required:{name}"
        for name in node.get("required", []):
            yield path, f"required:{name}"
        if node.get("additionalProperties") is False:
            yield path, "additional"
        if not path and "allOf" in node:
            yield path, "everywhere"
        for name, schema in node.get("properties", {}).items():
            yield from self._rules(schema, path + (name,))
        for keyword, step in (("items", "[]"), ("additionalProperties", "*")):
            if isinstance(node.get(keyword), dict):
                yield from self._rules(node[keyword], path + (step,))

    # Values.

    def _make(self, node, path, target):
        node = self._branch(node)
        if target and target[0] == path and target[1] in ("type", "enum", "const", "minLength", "maxLength", "x-maxBytes",
                                                          "pattern", "not", "minimum", "maximum"):
            if not (target[1] == "not" and "type" not in node):
                return self._broken_scalar(node, target[1])
        if "const" in node:
            return node["const"]
        if "enum" in node:
            return self.random.choice(node["enum"])
        kinds = node.get("type", "object" if "properties" in node else "string")
        kinds = [kinds] if isinstance(kinds, str) else kinds
        below = target is not None and target[0][:len(path)] == path
        chosen = kinds[0] if below or self.random.random() < 0.9 else self.random.choice(kinds)
        if chosen == "object":
            return self._object(node, path, target if below else None)
        if chosen == "array":
            return self._array(node, path, target if below else None)
        return self._scalar(node, chosen)

    def _object(self, node, path, target):
        value, properties = {}, node.get("properties", {})
        wanted = target[0][len(path)] if target and len(target[0]) > len(path) else None
        often = self.random.choice([0.1, 0.4, 0.9])
        for name, schema in properties.items():
            if schema is False:
                continue
            if name in node.get("required", []) or name == wanted or self.random.random() < often:
                value[name] = self._make(schema, path + (name,), target)
        extra = node.get("additionalProperties", True)
        if extra is not False:
            for _ in range(self.random.choice([0, 0, 1, 3])):
                free = self._json(3) if extra is True else self._make(extra, path + ("*",), None)
                value.setdefault(self.text(12), free)
            if wanted == "*":
                value[self.text(12)] = self._make(extra, path + ("*",), target)
        if target and target[0] == path:
            self._break_object(node, value, target[1])
        items = list(value.items())
        self.random.shuffle(items)
        return dict(items)

    def _break_object(self, node, value, keyword):
        if keyword.startswith("required:"):
            name = keyword.split(":")[1]
            if self.random.random() < 0.8:
                value.pop(name, None)
            else:
                value[name] = None
        elif keyword.startswith("forbidden:"):
            value.setdefault(keyword.split(":")[1], self._json(0))
        elif keyword == "additional":
            value[self.text(12)] = "x"
        elif keyword == "propertyNames":
            name = self.random.choice(list(node["properties"]))
            value[self._respell(name)] = self._json(0)
        elif keyword == "everywhere":
            spot = self.random.choice(["value", "name", "below"])
            if spot == "value":
                value[self.random.choice(list(node["properties"]) + ["x"])] = "a\0"
            else:
                value["x"] = {"a\0": 1} if spot == "name" else [{"deep": ["\0"]}]

    def _respell(self, name):
        """The name in other capitals, or with the letters beyond ASCII that fold to it; now and then one that is only near."""
        letters = [self.random.choice([c, c.upper(), FOLDED.get(c, c)]) for c in name]
        return "".join(letters) + self.random.choice(["", "", "", "", " ", "\n", "s"])

    def _array(self, node, path, target):
        items = node.get("items", True)
        count = self.random.choice([0, 1, 1, 2, 4])
        value = [self._json(2) if items is True else self._make(items, path + ("[]",), None) for _ in range(count)]
        if target and target[0][len(path):len(path) + 1] == ("[]",):
            value.insert(self.random.randint(0, len(value)), self._make(items, path + ("[]",), target))
        if "contains" in node:
            name, = node["contains"]["required"]
            marked = [e for e in value if isinstance(e, dict) and e.get(name) is True]
            for element in marked[1:]:
                element[name] = self.random.choice([False, None])
            if target == (path, "maxContains"):
                value += [{**self._make(items, path + ("[]",), None), name: True} for _ in range(2)]
        return value

    def _scalar(self, node, chosen):
        if chosen == "null":
            return None
        if chosen == "boolean":
            return self.random.random() < 0.5
        if chosen == "integer":
            low, high = node.get("minimum", -10**6), node.get("maximum", 10**6)
            return self.random.choice([low, high, min(low + 1, high), self.random.randint(low, min(high, low + 10_000))])
        return self._string(node)

    def _string(self, node):
        if "pattern" in node:
            for _ in range(20):
                text = self._matching(parser.parse(node["pattern"]))
                if self.random.random() < 0.2:
                    text = self._stretched(text, node)
                if len(text) <= node.get("maxLength", len(text)):
                    return text
            return ""
        low, high = node.get("minLength", 0), node.get("maxLength", 40)
        length = self.random.choice([low, low + 1, high, max(high - 1, low), self.random.randint(low, min(high, 40)),
                                     self.random.randint(low, min(high, 40))])
        length = min(max(length, low), high)
        if "not" in node:  # What it forbids is some characters: what most allow is kept to, and now and then not.
            alphabet = "abcXYZ019" if self.random.random() < 0.9 else USUAL + TROUBLING
            return "".join(self.random.choice(alphabet) for _ in range(length))
        letter = self.random.choice(["a", "é", "你", "\U0001f600", None])
        text = self.text(length, exactly=True) if letter is None else letter * length
        return text.encode()[:node["x-maxBytes"]].decode(errors="ignore") if "x-maxBytes" in node else text

    def _stretched(self, text, node):
        """The text with one letter repeated until it is as long as may be, if the pattern takes that."""
        for _ in range(5):
            spot = self.random.randrange(max(len(text), 1))
            longer = text[:spot] + text[spot:spot + 1] * (node.get("maxLength", 0) - len(text)) + text[spot:]
            if re.search(node["pattern"], longer):
                return longer
        return text

    def _broken_scalar(self, node, keyword):
        if keyword == "type":
            kinds = node["type"] if isinstance(node["type"], list) else [node["type"]]
            others = [v for v in VALUES if kind(v) not in kinds and not (kind(v) == "integer" and "number" in kinds)]
            return copy.deepcopy(self.random.choice(others))
        if keyword in ("enum", "const"):
            known = [v for v in node.get("enum", [node.get("const")]) if isinstance(v, str) and v]
            return self._near(self.random.choice(known)) if self.random.random() < 0.8 else self._json(0)
        if keyword == "minLength":
            return "a" * max(node["minLength"] - 1, 0)
        if keyword == "maxLength" and "pattern" in node:
            return self._stretched(self._string(node), {**node, "maxLength": node["maxLength"] + self.random.choice([0, 1, 1, 2])})
        if keyword == "maxLength":
            return self.random.choice(["a", "é", "\U0001f600"]) * (node["maxLength"] + self.random.choice([0, 1, 1, 2]))
        if keyword == "x-maxBytes":
            letter = self.random.choice(["é", "你", "\U0001f600"])
            size = len(letter.encode())
            text = letter * (node["x-maxBytes"] // size)
            return text + self.random.choice(["", "a" * (node["x-maxBytes"] - len(text.encode())), letter, "aaaa"])
        if keyword == "minimum":
            return node["minimum"] - self.random.choice([1, 2, 10**20])
        if keyword == "maximum":
            return node["maximum"] + self.random.choice([1, 2, 10**20])
        return self._near(self._string(node))

    def _near(self, text):
        """A text that differs a little."""
        spot, letter = self.random.randint(0, len(text)), self.random.choice(USUAL + TROUBLING)
        choice = self.random.randint(0, 6)
        if choice == 0:
            return text[:spot] + letter + text[spot:]
        if choice == 1:
            return text[:spot] + letter + text[spot + 1:]
        if choice == 2:
            return text[:spot] + text[spot + 1:]
        if choice == 3:
            return text.swapcase()
        if choice == 4:
            return text + self.random.choice(["\n", " ", text[-1:], "."])
        if choice == 5:
            return self.random.choice(["\n", " ", "."]) + text
        return text[:spot] + text[spot:][::-1]

    def text(self, length, exactly=False):
        length = length if exactly else self.random.randint(1, length)
        letters = USUAL if self.random.random() < 0.8 else USUAL + TROUBLING
        return "".join(self.random.choice(letters) for _ in range(length))

    def _json(self, depth):
        value = copy.deepcopy(self.random.choice(VALUES + ["é", 1e300, 10**18]))
        if depth and self.random.random() < 0.3:
            return [self._json(depth - 1), value]
        if depth and self.random.random() < 0.3:
            return {self.text(5): self._json(depth - 1)}
        return value

    # Texts that match a pattern.

    def _matching(self, sequence):
        return "".join(self._piece(operation, argument) for operation, argument in sequence)

    def _piece(self, operation, argument):
        if operation is regex.LITERAL:
            return chr(argument)
        if operation is regex.IN:
            return self._of_set(argument)
        if operation is regex.SUBPATTERN:
            return self._matching(argument[-1])
        if operation is regex.BRANCH:
            return self._matching(self.random.choice(argument[1]))
        if operation in (regex.MAX_REPEAT, regex.MIN_REPEAT):
            low, high, piece = argument
            # Long ones seldom, since repetitions stand in repetitions.
            high = min(high, low + self.random.choice([0, 1, 1, 2, 5]))
            return "".join(self._matching(piece) for _ in range(self.random.randint(low, high)))
        if operation is regex.AT:
            return ""
        raise NotImplementedError(f"{operation} in a pattern")

    def _of_set(self, members):
        plain = [m for m in members if (m[1] if m[0] is regex.LITERAL else m[1][0]) < 0x80]
        choices = plain if plain and self.random.random() < 0.8 else members
        operation, argument = self.random.choice(choices)
        if operation is regex.LITERAL:
            return chr(argument)
        return chr(self.random.choice([argument[0], argument[1], self.random.randint(*argument)]))
