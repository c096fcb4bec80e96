"""What can be wrong with a log, said for people; and how every converter begins and ends."""

import importlib
import sys


class Problem(Exception):
    """What was being read and what was found; what to do."""

    def __init__(self, found, advice):
        super().__init__(f"{found}; {advice}")


def program(main):
    """Runs a converter: 0 done, 1 some logs were left out, 2 nothing was written, 130 interrupted."""
    try:
        sys.exit(main(sys.argv[1:]))
    except Problem as problem:
        print(f"error: {problem}", file=sys.stderr)
        sys.exit(2)
    except OSError as error:
        print(
            f"error: {error.filename or 'a file'}: {error.strerror or error}; check the path, rights and free space",
            file=sys.stderr,
        )
        sys.exit(2)
    except KeyboardInterrupt:
        print("error: interrupted; no manifest was written", file=sys.stderr)
        sys.exit(130)


def need(path, what, advice):
    """A path that must exist."""
    if not path.exists():
        raise Problem(f"{path}: there is no {what}", advice)
    return path


def text_of(path, advice):
    """The text of a file that must exist."""
    need(path, "file", advice)
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Problem(
            f"{path}: no text ({error.reason} at byte {error.start})", "another file was meant, or it is damaged"
        ) from None


def module(name):
    """A package that is not part of Python."""
    try:
        return importlib.import_module(name)
    except ImportError:
        raise Problem(f"Python has no {name.split('.')[0]}", "pip install -r ops/convert/requirements.txt") from None
