"""Runs nnrun and nninfer on a case's files, and judges how they end."""

import collections
import json
import os
import re
import select
import signal
import subprocess
import time

# What --help documents; 1 is allowed where a command answers a question.
EXIT_CODES = {0, 64, 65, 66, 73, 74}
# Processor seconds of a command before it counts as slow, and seconds before it is ended.
SLOW = 3.0
HANGING = 20.0
# The largest resident set of a command, beyond what its net needs by its own summary.
MEGABYTES = 400
# Bytes of messages that nobody reads.
LONGEST_MESSAGE = 20_000
MARKERS = re.compile(
    rb"Fatal error|AddressSanitizer|ThreadSanitizer|UndefinedBehavior|internal error|Precondition failed|"
    rb"Assertion|stack smashing|malloc\(\)|free\(\)|double free")
# What a message says of numbers that are none, so that they are no secret.
SAYS_SO = re.compile(rb"not finite|not a number|infinit|NaN")
NOT_A_NUMBER = re.compile(r"(?<![A-Za-z_])[-+]?(nan|inf|infinity)(?![A-Za-z_])", re.IGNORECASE)


class Result:
    """How a command ended."""

    def __init__(self, arguments, code, out, err, cpu, wall, megabytes):
        self.arguments = arguments
        self.code, self.out, self.err = code, out, err
        self.cpu, self.wall, self.megabytes = cpu, wall, megabytes

    @property
    def done(self):
        return self.code == 0


class Finding:
    """Something that must not be."""

    def __init__(self, kind, arguments, detail, steps):
        self.kind, self.arguments, self.detail, self.steps = kind, arguments, detail, steps

    @property
    def signature(self):
        """What two findings of one cause have in common."""
        detail = re.sub(r"[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?", "N", self.detail.split("\n")[0])
        detail = re.sub(r"'[^']*'", "'…'", detail)[:110]
        verb = " ".join(a for a in self.arguments[:3] if re.fullmatch(r"[a-z]+", a) or a.startswith("--"))
        return f"{self.kind} | {verb} | {detail}"


class Case:
    """The files and commands of one mutation, in a folder of its own."""

    def __init__(self, programs, folder, random, seeds, index):
        self.programs, self.folder, self.random, self.seeds, self.index = programs, folder, random, seeds, index
        self.steps = [({}, None)]
        self.findings = []
        self.about = ""
        self.ends = collections.Counter()

    # Files.

    def write(self, name, content):
        """Puts a file into the folder and among what a replay needs."""
        if isinstance(content, str):
            content = content.encode("utf-8", "surrogateescape")
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
        if self.steps[-1][1] is not None:
            self.steps.append(({}, None))
        self.steps[-1][0][name] = content
        return name

    def write_all(self, files):
        for name, content in files.items():
            self.write(name, content)

    def read(self, name):
        with open(os.path.join(self.folder, name), "rb") as file:
            return file.read()

    def exists(self, name):
        return os.path.exists(os.path.join(self.folder, name))

    # Commands.

    def run(self, *arguments, program="nnrun", stdin=b"", answers=False, heavy=False, perturb=None):
        """Runs a command and judges it.

        answers: whether the command may end with 1. heavy: whether its net may need time and memory.
        perturb: a byte that fresh and freed memory is filled with.
        """
        arguments = [str(a) for a in arguments]
        if self.steps[-1][1] is not None:
            self.steps.append(({}, None))
        self.steps[-1] = (self.steps[-1][0], (program, arguments, stdin))
        result = self._spawn(program, arguments, stdin, perturb)
        self.ends[verb_of(result), result.code] += 1
        self._judge(result, program, answers, heavy)
        return result

    def find(self, kind, detail, arguments=None):
        """Notes a finding of the last command."""
        if arguments is None:
            program, words, _ = self.steps[-1][1] if self.steps[-1][1] else ("", [], b"")
            arguments = [program] + words
        if isinstance(detail, bytes):
            detail = detail.decode("utf-8", "replace")
        self.findings.append(Finding(kind, arguments, f"{detail}", [(dict(f), c) for f, c in self.steps]))

    def _spawn(self, program, arguments, stdin, perturb):
        environment = {
            "PATH": "/usr/bin:/bin", "HOME": self.folder, "SWIFT_BACKTRACE": "enable=no", "LANG": "C.UTF-8",
            "NNRUN_CHECKPOINT_SECONDS": "1000"}
        if "LD_LIBRARY_PATH" in os.environ:
            environment["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
        if perturb is not None:
            environment["MALLOC_PERTURB_"] = str(perturb)
        out_path, err_path = self.folder + ".out", self.folder + ".err"
        start = time.monotonic()
        with open(out_path, "wb") as out, open(err_path, "wb") as err:
            source = subprocess.DEVNULL
            if stdin:
                with open(self.folder + ".in", "wb") as file:
                    file.write(stdin)
                source = open(self.folder + ".in", "rb")
            process = subprocess.Popen(
                [self.programs[program]] + arguments, cwd=self.folder, env=environment, stdin=source, stdout=out,
                stderr=err)
            if stdin:
                source.close()
        hanging = not self._ends(process.pid, HANGING)
        if hanging:
            os.kill(process.pid, signal.SIGKILL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - start
        with open(out_path, "rb") as file:
            out = file.read()
        with open(err_path, "rb") as file:
            err = file.read()
        scale = 1024 if os.uname().sysname == "Linux" else 1024 * 1024
        code = "hang" if hanging else process.returncode
        return Result(
            [program] + arguments, code, out, err, usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss // scale)

    @staticmethod
    def _ends(pid, seconds):
        """Whether a child ends in time; it stays to be waited for."""
        if hasattr(os, "pidfd_open"):
            descriptor = os.pidfd_open(pid)
            try:
                return bool(select.select([descriptor], [], [], seconds)[0])
            finally:
                os.close(descriptor)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                return True
            time.sleep(0.002)
        return False

    def _judge(self, result, program, answers, heavy):
        code, verb = result.code, result.arguments[1] if len(result.arguments) > 1 else ""
        first = result.err.decode("utf-8", "replace").strip().split("\n")[0]
        if code == "hang":
            self.find("hang", f"{result.wall:.0f} s, {result.cpu:.0f} s of a processor")
            return
        if code < 0:
            self.find(f"signal {signal.Signals(-code).name}", first)
            return
        if code not in EXIT_CODES and not (code == 1 and answers):
            self.find(f"exit {code}", first)
        if MARKERS.search(result.err):
            self.find("marker", first)
        if result.cpu > SLOW and not heavy:
            self.find("slow", f"{result.cpu:.1f} s of a processor")
        if result.megabytes > MEGABYTES and not heavy:
            self.find("memory", f"{result.megabytes} MB")
        if code not in (0, 1) and not result.err.strip() and not (b"error" in result.out or b"[" in result.out):
            self.find("no message", f"exit {code}")
        if len(result.err) > LONGEST_MESSAGE:
            self.find("long message", f"{len(result.err)} bytes; {first}")
        if code in (0, 1):
            self._judge_output(result, program, verb)

    def _judge_output(self, result, program, verb):
        text = result.out.decode("utf-8", "replace")
        asks_json = "--json" in result.arguments or (
            "--format" in result.arguments and result.arguments[result.arguments.index("--format") + 1:][:1] == ["json"]
            and "--output" not in result.arguments)
        if asks_json:
            problem = json_problem(text)
            if problem:
                self.find("invalid json", problem)
        elif program == "nninfer" or verb == "predict":
            for line in text.split("\n")[1:]:
                if NOT_A_NUMBER.fullmatch(line.rsplit(",", 1)[-1]) and not SAYS_SO.search(result.err):
                    self.find("not a number", line[:80])
                    break
        elif verb in ("evaluate", "train"):
            for line in text.split("\n") if not SAYS_SO.search(result.err) else []:
                if re.match(r"(test|validation|training|loss|accuracy)\b", line) and NOT_A_NUMBER.search(line):
                    self.find("not a number", line[:80])
                    break


def verb_of(result):
    """The command for a statistic: the program or verb, with what weights does."""
    words = result.arguments
    if words[0] != "nnrun" or len(words) < 2:
        return words[0]
    return " ".join(words[1:3]) if words[1] == "weights" else words[1]


def json_problem(text):
    """Why a text is not JSON, nor lines of JSON; or nothing."""
    def refuse(word):
        raise ValueError(f"{word} is no JSON")
    try:
        json.loads(text, parse_constant=refuse)
        return None
    except ValueError as error:
        first = error
    except RecursionError:
        return None
    try:
        lines = [line for line in text.split("\n") if line]
        for line in lines:
            json.loads(line, parse_constant=refuse)
        return None if lines else str(first)
    except (ValueError, RecursionError) as error:
        return f"{first}; {text[:60]!r}"
