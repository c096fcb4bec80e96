"""Rigid transforms for the converters, without numpy: a rotation (unit quaternion w, x, y, z) and then a translation
(metres).
"""

import math
from bisect import bisect_left

from problem import Problem

# Quaternions and rotation matrices may be off by so much: pose files are rounded, and some are single precision.
TOLERANCE = 1e-3


def times(a, b):
    """The product of two quaternions: b first, then a."""
    aw, ax, ay, az = a
    bw, bx, by, bz = b
    return (
        aw * bw - ax * bx - ay * by - az * bz,
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
    )


def unit(q, what):
    """A quaternion of norm 1; Problem where its norm is not 1 within TOLERANCE."""
    norm = math.sqrt(sum(value * value for value in q))
    if not abs(norm - 1) <= TOLERANCE:
        raise Problem(
            f"{what}: the norm of the quaternion {list(q)} is {norm}", "a rotation has norm 1; the file may be damaged"
        )
    return tuple(value / norm for value in q)


class Rigid:
    """Takes a point of one frame to another: p' = q p + t."""

    def __init__(self, t, q, what="a transform"):
        self.t = tuple(float(value) for value in t)
        self.q = unit([float(value) for value in q], what)
        if len(self.t) != 3 or len(self.q) != 4 or not all(math.isfinite(value) for value in self.t):
            raise Problem(
                f"{what}: translation {list(t)}, rotation {list(q)}", "three and four finite numbers are wanted"
            )

    @classmethod
    def of_matrix(cls, values, what):
        """Of a 3x4 or 4x4 matrix, as a flat list in row order or as rows."""
        flat = [float(v) for row in values for v in (row if hasattr(row, "__len__") else [row])]
        if len(flat) not in (12, 16) or not all(math.isfinite(v) for v in flat):
            raise Problem(f"{what}: {len(flat)} numbers", "a matrix of 3x4 or 4x4 finite numbers is wanted")
        rows = [flat[0:3], flat[4:7], flat[8:11]]
        return cls((flat[3], flat[7], flat[11]), quaternion(rows, what), what)

    def __mul__(self, other):
        """First other, then this one."""
        return Rigid(self(other.t), times(self.q, other.q))

    def __call__(self, point):
        return tuple(a + b for a, b in zip(self.turned(point), self.t))

    def turned(self, vector):
        """A direction, without the translation."""
        w, x, y, z = self.q
        _, *v = times(times(self.q, (0, *vector)), (w, -x, -y, -z))
        return tuple(v)

    def __eq__(self, other):
        return isinstance(other, Rigid) and (self.t, self.q) == (other.t, other.q)

    def inverse(self):
        w, x, y, z = self.q
        back = Rigid((0, 0, 0), (w, -x, -y, -z))
        return Rigid([-v for v in back.turned(self.t)], back.q)

    def between(self, other, share):
        """Part of the way to another one: translation in a straight line, rotation at constant speed."""
        a, b = self.q, other.q
        dot = sum(m * n for m, n in zip(a, b))
        if dot < 0:
            b, dot = tuple(-v for v in b), -dot
        angle = math.acos(min(dot, 1))
        if angle < 1e-6:
            left, right = 1 - share, share
        else:
            left, right = (math.sin(part * angle) / math.sin(angle) for part in (1 - share, share))
        q = [left * m + right * n for m, n in zip(a, b)]
        norm = math.sqrt(sum(v * v for v in q))
        return Rigid([m + (n - m) * share for m, n in zip(self.t, other.t)], [v / norm for v in q])


IDENTITY = Rigid((0, 0, 0), (1, 0, 0, 0))


def about_z(angle, t=(0, 0, 0)):
    """A turn to the left, radians, and a translation."""
    return Rigid(t, (math.cos(angle / 2), 0, 0, math.sin(angle / 2)))


def quaternion(rows, what):
    """Of a rotation matrix, by Shepperd's method: the largest component first. Problem where it is none."""
    for i in range(3):
        for j in range(3):
            dot = sum(rows[i][k] * rows[j][k] for k in range(3))
            if not abs(dot - (i == j)) <= 2 * TOLERANCE:
                raise Problem(
                    f"{what}: {rows} is no rotation matrix", "its rows are not orthonormal; the file may be damaged"
                )
    (a, b, c), (d, e, f), (g, h, i) = rows
    if a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g) < 0:
        raise Problem(f"{what}: {rows} mirrors", "its determinant is -1; a left-handed frame cannot be written")
    squares = [1 + a + e + i, 1 + a - e - i, 1 - a + e - i, 1 - a - e + i]
    largest = max(range(4), key=lambda place: squares[place])
    s = 2 * math.sqrt(squares[largest])
    q = [
        (s / 4, (h - f) / s, (c - g) / s, (d - b) / s),
        ((h - f) / s, s / 4, (b + d) / s, (c + g) / s),
        ((c - g) / s, (b + d) / s, s / 4, (f + h) / s),
        ((d - b) / s, (c + g) / s, (f + h) / s, s / 4),
    ][largest]
    norm = math.sqrt(sum(v * v for v in q))
    return tuple(v / norm for v in q)


def nearest(sorted_times, t, most):
    """Index of the time nearest to t and no farther than `most`; None where there is none."""
    place = bisect_left(sorted_times, t)
    near = [i for i in (place - 1, place) if 0 <= i < len(sorted_times) and abs(sorted_times[i] - t) <= most]
    return min(near, key=lambda i: abs(sorted_times[i] - t)) if near else None


class Track:
    """Poses over time, nanoseconds; between two no farther apart than `most_gap_ns` the way is taken as even."""

    def __init__(self, poses, what, most_gap_ns=200_000_000):
        if not poses:
            raise Problem(f"{what} has no pose", "the file may be cut off")
        self.times = sorted(poses)
        self.poses = [poses[t] for t in self.times]
        self.most_gap_ns = most_gap_ns

    def at(self, t):
        """The pose at a time; None where no pose is near enough."""
        place = bisect_left(self.times, t)
        if place < len(self.times) and self.times[place] == t:
            return self.poses[place]
        if place in (0, len(self.times)):
            return None
        before, after = self.times[place - 1], self.times[place]
        if after - before > self.most_gap_ns:
            return None
        return self.poses[place - 1].between(self.poses[place], (t - before) / (after - before))
