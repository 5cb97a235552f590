"""A copy of the package that may be changed, built and tested."""

import os
import pathlib
import resource
import shutil
import signal
import subprocess
import time

LARGEST_FILE = 4 << 30
# The file that tells a copy from a folder of somebody's, in which nothing may be removed.
MARK = ".nnrun-mutation"


class Tree:
    """The copy of `root` in `folder`; its build products stay there from one run to the next."""

    def __init__(self, root, folder):
        self.root, self.folder = pathlib.Path(root), pathlib.Path(folder)
        self.scratch = self.folder / ".build"
        if self.folder == self.root or self.folder in self.root.parents:
            raise ValueError(f"{self.folder} holds the package itself")
        if self.folder.exists() and any(self.folder.iterdir()) and not (self.folder / MARK).exists():
            raise ValueError(f"{self.folder} is not empty and no copy of an earlier run")
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / MARK).touch()

    def update(self, separate_levels):
        """Makes the copy what the package is. Files that are right already keep their dates, so that little is built.

        `separate_levels`: the kernels' levels above the baseline are links to its sources; as copies of their own they
        need not be built for each change of the baseline.
        """
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=self.root, check=True,
            stdout=subprocess.PIPE).stdout
        names = [name for name in os.fsdecode(listed).split("\0") if name and os.path.lexists(self.root / name)]
        wanted = {}
        for name in names:
            source = self.root / name
            if source.is_symlink() and source.is_dir() and separate_levels:
                for inner in source.resolve().rglob("*.swift"):
                    wanted[f"{name}/{inner.relative_to(source.resolve())}"] = inner
            else:
                wanted[name] = source
        for name, source in wanted.items():
            self.put(self.folder / name, source)
        for place, folders, files in os.walk(self.folder):
            inside = os.path.relpath(place, self.folder)
            if inside == ".":
                folders[:] = [folder for folder in folders if folder not in (".build", ".git")]
            links = [folder for folder in folders if os.path.islink(os.path.join(place, folder))]
            for name in files + links:
                path = os.path.normpath(os.path.join(inside, name))
                if path not in wanted and path != MARK:
                    os.unlink(self.folder / path)

    @staticmethod
    def put(target, source):
        for parent in reversed(target.parents):
            if parent.is_symlink():
                parent.unlink()
        if source.is_symlink():
            if target.is_symlink() and os.readlink(target) == os.readlink(source):
                return
            if target.is_dir() and not target.is_symlink():
                shutil.rmtree(target)
            target.unlink(missing_ok=True)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(os.readlink(source))
            return
        if target.is_symlink():
            target.unlink()
        content = source.read_bytes()
        if target.exists() and target.read_bytes() == content:
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        shutil.copymode(source, target)

    def build(self):
        """Whether programs and tests could be built, and what the compiler said."""
        return self._run(["swift", "build", "--build-tests"], None)

    def test(self, tests, seconds):
        """Whether the tests that the filter names passed within `seconds`, and what they said."""
        return self._run(["swift", "test", "--skip-build", "--filter", tests], seconds)

    def _run(self, command, seconds):
        # A changed program may write without end.
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

        process = subprocess.Popen(
            command + ["--scratch-path", str(self.scratch)], cwd=self.folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
            preexec_fn=limit if seconds else None)
        try:
            output, _ = process.communicate(timeout=seconds)
            return process.returncode == 0, output.decode(errors="replace")
        except subprocess.TimeoutExpired:
            return False, f"ran longer than {seconds:.0f} s"
        finally:
            # Programs that the tests started may still be there.
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()

    def timed_test(self, tests):
        """Like `test` without a limit, with the seconds it took."""
        start = time.monotonic()
        passed, output = self.test(tests, 7200)
        return passed, output, time.monotonic() - start
