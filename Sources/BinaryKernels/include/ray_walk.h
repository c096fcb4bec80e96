/// Rays through a grid of cells, for RayIoU: many at once, each in the arithmetic of `RayWalk` (docs/ray-iou.md, "Walk").
#ifndef OCC_RAY_WALK_H
#define OCC_RAY_WALK_H

#include <stddef.h>
#include <stdint.h>

#include "BinaryKernels.h"

/// Rays from one place inside a grid with a border of one cell.
///
/// A cell has bits of a first and of a second kind, or the border's bit alone; 0 is free. A ray goes on until it has met a cell with
/// bits of the first kind and one with bits of the second, or a cell of the border, or has made `step_limit` steps.
typedef struct occ_ray_walk {
    /// Directions along x, y and z: whole arrays of `count` numbers.
    const double *directions[3];
    size_t count;
    /// Where the rays start, in metres, and the same in cells from the grid's corner.
    double origin_m[3], start[3];
    /// The cell that the start is in, along each axis, and its index.
    int32_t voxel[3], cell;
    /// The grid's corner and the size of a cell, in metres.
    double corner_m[3], size_m;
    /// What an index grows by along each axis.
    int32_t strides[3];
    int32_t step_limit;
    uint16_t first_bits, second_bits, border_bit;
    const uint16_t *cells;
} occ_ray_walk;

/// Walks every ray of `walk`.
///
/// `found[i]` becomes the bits that ray i met first of either kind, 0 of a kind that it did not meet; `first[i]` and `second[i]` the
/// distances in cells to where the ray leaves those cells, 0 where it met none. All instruction sets give the same numbers; `isa` must
/// be one that the machine runs.
void occ_walk_rays(
    occ_isa isa, const occ_ray_walk *walk, uint16_t *found, double *first, double *second);

#endif
