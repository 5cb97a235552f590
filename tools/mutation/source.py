"""Swift's text: which of its characters are code, and the changes of meaning that single lines offer."""

import re


def code_mask(text):
    """`text` with every character of comments and string literals, interpolations included, replaced by a blank."""
    result = list(text)
    position = 0

    def blank(start, end):
        for index in range(start, end):
            if result[index] != "\n":
                result[index] = " "

    def string_end(start):
        """The index behind the string literal at `start`."""
        hashes = 0
        while text[start + hashes] == "#":
            hashes += 1
        quote = '"""' if text.startswith('"""', start + hashes) else '"'
        closing = quote + "#" * hashes
        escape = "\\" + "#" * hashes
        index = start + hashes + len(quote)
        while index < len(text):
            if text.startswith(closing, index):
                return index + len(closing)
            if text.startswith(escape + "(", index):
                index = parenthesis_end(index + len(escape))
            elif text.startswith(escape, index):
                index += len(escape) + 1
            else:
                index += 1
        return len(text)

    def parenthesis_end(start):
        depth, index = 0, start
        while index < len(text):
            if re.match(r'#*"', text[index:index + 8]):
                index = string_end(index)
                continue
            depth += {"(": 1, ")": -1}.get(text[index], 0)
            index += 1
            if depth == 0:
                return index
        return len(text)

    while position < len(text):
        if text.startswith("//", position):
            end = text.find("\n", position)
            end = len(text) if end < 0 else end
        elif text.startswith("/*", position):
            end = text.find("*/", position)
            end = len(text) if end < 0 else end + 2
        elif re.match(r'#*"', text[position:position + 8]):
            end = string_end(position)
        else:
            position += 1
            continue
        blank(position, end)
        position = end
    return "".join(result)


# Pattern in the code of a line, what takes its place. Formatted sources have blanks around binary operators, so that
# neither generic parameters nor arrows are met.
SWAPS = [
    (r" \+ ", " - "), (r" - ", " + "), (r" \* ", " + "), (r" / ", " * "), (r" % ", " / "),
    (r" &\+ ", " &- "), (r" &- ", " &+ "), (r" \+= ", " -= "), (r" -= ", " += "), (r" \*= ", " += "), (r" /= ", " *= "),
    (r" << ", " >> "), (r" >> ", " << "), (r" & ", " | "), (r" \| ", " & "), (r" \^ ", " & "),
    (r" < ", " <= "), (r" <= ", " < "), (r" > ", " >= "), (r" >= ", " > "), (r" == ", " != "), (r" != ", " == "),
    (r" && ", " || "), (r" \|\| ", " && "), (r"\btrue\b", "false"), (r"\bfalse\b", "true"),
    (r"(?<![.\w])min\(", "max("), (r"(?<![.\w])max\(", "min("), (r"\.min\(", ".max("), (r"\.max\(", ".min("),
    (r"\.\.<", "..."), (r"(?<=[\w)\]])\.\.\.(?=[\w(])", "..<"),
    (r"\.first\b", ".last"), (r"\.last\b", ".first"), (r"\.popFirst\b", ".popLast"), (r"\.popLast\b", ".popFirst"),
    (r"\.prefix\b", ".suffix"), (r"\.suffix\b", ".prefix"), (r"\.dropFirst\b", ".dropLast"), (r"\.dropLast\b", ".dropFirst"),
    (r"\.lowerBound\b", ".upperBound"), (r"\.upperBound\b", ".lowerBound"), (r"\.up\b", ".down"), (r"\.down\b", ".up"),
    (r"\bceil\(", "floor("), (r"\bfloor\(", "ceil("), (r"\.height\b", ".width"), (r"\.width\b", ".height"),
    (r"\.allSatisfy\b", ".contains"), (r"\.isEmpty\b", ".isEmpty == false"),
    (r"(?<=[\s(\[])!(?=[\w(.])", ""), (r"\bcontinue$", "break"),
]
NUMBER = re.compile(r"(?<![\w.$#])(\d[\d_]*)(?![\w.]|\.\d)")
STATEMENT = re.compile(r"^\s*(?:try |_ = )?(?:self\.)?[a-z]\w*(?:[.?!\[(]|\s(?:=|[-+*/]=)\s)")
CONDITION = re.compile(r"^(\s*(?:\} else )?(?:if|while) )([^,{]*?)( \{)$")
# Lines whose change is meant to change nothing: declarations of dependencies, attributes, sizes of chunks and reserves,
# what a person is told, and stops on defects of the program.
SKIPPED = re.compile(
    r"^\s*(?:import|@|typealias|precondition|assert|fatalError|associatedtype|case \.[a-z]\w*:$)|\bgrain\b|reserveCapacity|"
    r"\bprefetch|printMessage|\bremedy:")


def conditional(lines):
    """The indices of lines between #if and #endif, whichever branch is compiled."""
    depth, found = 0, set()
    for index, line in enumerate(lines):
        word = line.strip()
        if word.startswith("#if"):
            depth += 1
        if depth:
            found.add(index)
        if word.startswith("#endif"):
            depth -= 1
    return found


def balanced(line):
    return all(line.count(a) == line.count(b) for a, b in ("()", "[]", "{}"))


def mutants(text):
    """The changes that the text offers: (line, the line changed), lines counted from 0."""
    lines, code = text.split("\n"), code_mask(text).split("\n")
    skipped = conditional(lines)
    found = []
    for index, (line, mask) in enumerate(zip(lines, code)):
        if index in skipped or not mask.strip() or SKIPPED.search(mask):
            continue

        def put(start, end, replacement):
            found.append((index, line[:start] + replacement + line[end:]))

        for pattern, replacement in SWAPS:
            for match in re.finditer(pattern, mask):
                put(match.start(), match.end(), replacement)
        for match in NUMBER.finditer(mask):
            value = int(match.group(1).replace("_", ""))
            put(match.start(1), match.end(1), str(value + 1))
            if value > 1:
                put(match.start(1), match.end(1), str(value - 1))
        condition = CONDITION.match(mask)
        if condition and not re.search(r"\b(?:let|var|case|try)\b|#available", condition.group(2)):
            start, end = condition.span(2)
            found.append((index, line[:start] + "!(" + line[start:end] + ")" + line[end:]))
        before = code[index - 1].rstrip() if index else ""
        after = code[index + 1].strip() if index + 1 < len(code) else ""
        if STATEMENT.match(mask) and balanced(mask) and mask.rstrip()[-1:] not in (",", "{", "=", ":"):
            begins = not before or before[-1] in "{}:;" or balanced(before) and before[-1:] not in ",=(&|+?"
            if begins and not re.match(r"[.?:&|+*/-]", after) and ("=" in mask or "(" in mask):
                found.append((index, re.match(r"\s*", line).group() + "do {}"))
    return found
