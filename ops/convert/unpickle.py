"""Reads pickles of plain data without running what they say.

Pickle is a program: an ordinary reader calls whatever it names. This one knows numbers, text, bytes, lists, tuples,
dicts, sets, and numpy's arrays and scalars of plain numbers and text, which it builds itself as lists; numpy is not
called either. Everything else is refused.
"""

import io
import math
import pickle
import struct

from problem import Problem

MOST_BYTES = 4 << 30
# Items of all arrays of a file: few bytes can ask for the same array again and again. Logs have a million or two.
MOST_ITEMS = 20_000_000
NUMBERS = {
    "b1": "?",
    "i1": "b",
    "u1": "B",
    "i2": "h",
    "u2": "H",
    "i4": "i",
    "u4": "I",
    "i8": "q",
    "u8": "Q",
    "f2": "e",
    "f4": "f",
    "f8": "d",
}


def refuse(what):
    raise Problem(
        f"the pickle asks for {what}", "it is no file of plain data; it may be hostile, and was not read any further"
    )


class Items:
    """Counts the items of a file's arrays."""

    count = 0

    @classmethod
    def add(cls, count):
        cls.count += count
        if cls.count > MOST_ITEMS:
            refuse(f"arrays of more than {MOST_ITEMS} items in all")


class Type:
    """Stands for numpy.dtype."""

    def __init__(self, *arguments):
        name = arguments[0] if arguments else None
        if not isinstance(name, str) or not (
            name in NUMBERS or name == "O8" or name == "O" or (name[:1] == "U" and name[1:].isdigit())
        ):
            refuse(f"an array of the type {name!r}"[:120])
        self.name, self.order = name, "<"

    def __setstate__(self, state):
        if (
            not isinstance(state, tuple)
            or len(state) < 5
            or state[1] not in ("<", ">", "|", "=")
            or state[2:5] != (None, None, None)
        ):
            refuse("an array with fields")
        self.order = ">" if state[1] == ">" else "<"

    @property
    def size(self):
        return 4 * int(self.name[1:]) if self.name[0] == "U" else struct.calcsize("<" + NUMBERS[self.name])

    def values(self, raw, count):
        """The flat list that bytes hold."""
        if self.name[0] == "O":
            refuse("an array of objects as bytes")
        if not isinstance(raw, (bytes, bytearray)) or len(raw) != count * self.size:
            refuse("an array whose size is not that of its bytes")
        if self.name[0] == "U":
            code = "utf-32-be" if self.order == ">" else "utf-32-le"
            try:
                return [bytes(raw[i * self.size : (i + 1) * self.size]).decode(code).rstrip("\0") for i in range(count)]
            except UnicodeDecodeError:
                refuse("an array of broken text")
        return list(struct.unpack(f"{self.order}{count}{NUMBERS[self.name]}", raw))


def shaped(flat, shape, is_fortran):
    """Nested lists of a shape out of a flat one."""
    if len(shape) == 0:
        return flat[0]
    strides = [math.prod(shape[place + 1 :]) for place in range(len(shape))]
    if is_fortran:
        strides = [math.prod(shape[:place]) for place in range(len(shape))]

    def part(axis, start):
        steps = [start + i * strides[axis] for i in range(shape[axis])]
        return [flat[i] for i in steps] if axis == len(shape) - 1 else [part(axis + 1, i) for i in steps]

    return part(0, 0)


def checked(shape):
    if not isinstance(shape, tuple) or len(shape) > 8 or not all(type(n) is int and n >= 0 for n in shape):
        refuse("an array of a broken shape")
    # Empty parts cost too: the product over what is not empty.
    Items.add(math.prod(n for n in shape if n))
    return shape


class Array(list):
    """Stands for numpy.ndarray: nested lists; one without an axis has one item."""

    def __setstate__(self, state):
        if not isinstance(state, tuple) or len(state) != 5 or not isinstance(state[2], Type):
            refuse("an array of a broken state")
        _, shape, kind, is_fortran, raw = state
        count = math.prod(checked(shape))
        if kind.name[0] == "O":
            if not isinstance(raw, list) or len(raw) != count:
                refuse("an array of objects that are not there")
        else:
            raw = kind.values(raw, count)
        self[:] = shaped(raw, shape, bool(is_fortran)) if shape else raw[:1]


def reconstruct(kind, shape, code):
    """Stands for numpy.core.multiarray._reconstruct, as arrays are pickled."""
    if kind is not Array or shape != (0,):
        refuse("an array of another class")
    return Array()


def from_buffer(raw, kind, shape, order):
    """Stands for numpy.core.numeric._frombuffer."""
    if not isinstance(kind, Type) or order not in ("C", "F"):
        refuse("an array of a broken state")
    array = Array()
    array.__setstate__((1, shape, kind, order == "F", raw))
    return array


def scalar(kind, raw):
    """Stands for numpy.core.multiarray.scalar."""
    if not isinstance(kind, Type):
        refuse("a number of a broken type")
    return kind.values(raw, 1)[0]


def encoded(text, code):
    """Stands for _codecs.encode, by which bytes are pickled in protocols 0 to 2."""
    if not isinstance(text, str) or code not in ("latin1", "latin-1"):
        refuse("an encoding other than latin1")
    return text.encode("latin1")


def plain_bytes(*arguments):
    if arguments and not (len(arguments) == 1 and isinstance(arguments[0], (bytes, bytearray))):
        refuse("bytes that are not there")
    return bytes(*arguments)


KNOWN = {("numpy", "dtype"): Type, ("numpy", "ndarray"): Array, ("_codecs", "encode"): encoded}
for core in ("numpy.core", "numpy._core"):
    KNOWN[core + ".multiarray", "_reconstruct"] = reconstruct
    KNOWN[core + ".multiarray", "scalar"] = scalar
    KNOWN[core + ".numeric", "_frombuffer"] = from_buffer
for names in ("builtins", "__builtin__"):
    KNOWN[names, "set"] = set
    KNOWN[names, "frozenset"] = frozenset
    KNOWN[names, "bytes"] = plain_bytes
    KNOWN[names, "bytearray"] = plain_bytes


class Reader(pickle._Unpickler):
    """Python's reader in Python, not the one in C, which takes memory for what a damaged file only promises."""

    dispatch = dict(pickle._Unpickler.dispatch)

    def load_build(self):
        if not isinstance(self.stack[-2], (Array, Type)):
            refuse(f"a change of {type(self.stack[-2]).__name__}")
        super().load_build()

    dispatch[pickle.BUILD[0]] = load_build

    def load_bytearray8(self):
        (size,) = struct.unpack("<Q", self.read(8))
        found = self.read(size)
        if len(found) != size:
            raise EOFError("bytes that are not there")
        self.append(bytearray(found))

    dispatch[pickle.BYTEARRAY8[0]] = load_bytearray8

    def find_class(self, module, name):
        found = KNOWN.get((module, name))
        return found if found is not None else refuse(f"{module}.{name}"[:120])

    def persistent_load(self, pid):
        refuse("an object outside of it")

    def get_extension(self, code):
        refuse("a registered extension")


def load(path):
    """The value in a pickle file: numbers, text, and lists, tuples, dicts and sets of them; arrays as nested lists."""
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise Problem(f"{path} has {size} bytes", f"files of more than {MOST_BYTES} bytes are not read")
    return loads(path.read_bytes(), path)


def loads(data, path):
    """The same of bytes; the path is for errors."""
    Items.count = 0
    try:
        return Reader(io.BytesIO(data)).load()
    except Problem as problem:
        raise Problem(
            f"{path}: {str(problem).split('; ')[0]}",
            "it is no file of plain data; it may be hostile, and was not read any further",
        ) from None
    except RecursionError:
        raise Problem(f"{path}: it is nested too deeply", "it is no log") from None
    except MemoryError:
        raise Problem(f"{path}: it needs more memory than there is", "it is damaged, or no log") from None
    except Exception as error:
        raise Problem(
            f"{path}: no whole pickle ({type(error).__name__}: {str(error)[:100]})", "it may be cut off; copy it again"
        ) from None
