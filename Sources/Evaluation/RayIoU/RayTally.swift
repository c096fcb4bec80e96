internal import Scenes

/// Rays of one sample by true label, predicted label and distance apart.
struct RayTally {
    /// Distances apart: below each of the three thresholds but not below the one before, and the rest.
    static let bands = RayCounts.thresholds_m.count + 1

    private(set) var rays = [UInt32](repeating: 0, count: OccupancyClass.count * OccupancyClass.count * bands)

    subscript(truth truth: Int, prediction prediction: Int, band band: Int) -> UInt32 {
        rays[Self.index(truth, prediction, band)]
    }

    /// Casts all rays from an origin.
    ///
    /// - Parameter batch: walks them together where the origin is in the grid.
    mutating func cast(from origin: SIMD3<Double>, through grid: PairedGrid, by batch: inout RayBatch) {
        guard batch.walk(from: origin, through: grid) else { return castOneByOne(from: origin, through: grid) }
        rays.withUnsafeMutableBufferPointer { rays in
            batch.found.withUnsafeBufferPointer { found in
                batch.truthDepths.withUnsafeBufferPointer { truthDepths in
                    batch.predictionDepths.withUnsafeBufferPointer { predictionDepths in
                        for ray in 0..<found.count where found[ray] & PairedGrid.truthBits != 0 {
                            let band = Self.band(truthDepths[ray], predictionDepths[ray])
                            let index = Self.index(
                                PairedGrid.truth(found[ray]),
                                PairedGrid.prediction(found[ray]),
                                band
                            )
                            rays[index] &+= 1
                        }
                    }
                }
            }
        }
    }

    /// Casts all rays from an origin, inside the grid or not, each by itself.
    mutating func castOneByOne(from origin: SIMD3<Double>, through grid: PairedGrid) {
        rays.withUnsafeMutableBufferPointer { rays in
            grid.cells.withUnsafeBufferPointer { cells in
                LidarRays.directions.withUnsafeBufferPointer { directions in
                    for direction in directions {
                        let walk = RayWalk(from: origin, towards: direction)
                        if let index = Self.follow(walk, cells) { rays[index] &+= 1 }
                    }
                }
            }
        }
    }

    /// Follows a ray to the first true and the first predicted voxel; nil where it meets no true one.
    ///
    /// Depths are distances to where the ray leaves the voxel, as SparseOcc has them.
    private static func follow(_ walk: RayWalk, _ cells: UnsafeBufferPointer<UInt16>) -> Int? {
        let strides = PairedGrid.strides
        let moveX = walk.isForward.x ? strides.x : -strides.x
        let moveY = walk.isForward.y ? strides.y : -strides.y
        let moveZ = walk.isForward.z ? strides.z : -strides.z
        var (nextX, nextY, nextZ) = walk.next
        var stepsLeft = RayWalk.stepLimit
        var cell: Int
        if PairedGrid.contains(walk.voxel.x, walk.voxel.y, walk.voxel.z) {
            cell = PairedGrid.index(walk.voxel.x, walk.voxel.y, walk.voxel.z)
        } else {
            guard let entry = approach(walk, &nextX, &nextY, &nextZ, &stepsLeft) else {
                return unentered(cells[PairedGrid.index(0, 0, 0)])
            }
            cell = entry
        }

        var wanted = PairedGrid.truthBits | PairedGrid.predictionBits | PairedGrid.outsideBit
        var truth = -1
        var truthDepth = 0.0
        var prediction = Int(OccupancyClass.freeLabel)
        var predictionDepth = 0.0
        while stepsLeft > 0 {
            stepsLeft &-= 1
            let found = cells[cell] & wanted
            let exit: Double
            if nextX < nextY {
                if nextX < nextZ {
                    exit = nextX
                    nextX += walk.delta.x
                    cell &+= moveX
                } else {
                    exit = nextZ
                    nextZ += walk.delta.z
                    cell &+= moveZ
                }
            } else if nextY < nextZ {
                exit = nextY
                nextY += walk.delta.y
                cell &+= moveY
            } else {
                exit = nextZ
                nextZ += walk.delta.z
                cell &+= moveZ
            }
            if found == 0 { continue }
            if found & PairedGrid.outsideBit != 0 { break }
            if found & PairedGrid.truthBits != 0 {
                truth = PairedGrid.truth(found)
                truthDepth = exit
                wanted &= ~PairedGrid.truthBits
            }
            if found & PairedGrid.predictionBits != 0 {
                prediction = PairedGrid.prediction(found)
                predictionDepth = exit
                wanted &= ~PairedGrid.predictionBits
            }
            if wanted == PairedGrid.outsideBit { break }
        }
        return truth < 0 ? nil : index(truth, prediction, band(truthDepth, predictionDepth))
    }

    /// Walks until the ray is in the grid: only for origins below or above it; nil where it never is.
    ///
    /// Origins are within the grid's x and y (`LidarOrigins`), and a ray never turns: one that has left those, or that moves
    /// away from the grid's heights, is given up at once and not after `stepLimit` steps.
    private static func approach(
        _ walk: RayWalk,
        _ nextX: inout Double,
        _ nextY: inout Double,
        _ nextZ: inout Double,
        _ stepsLeft: inout Int
    ) -> Int? {
        var (x, y, z) = walk.voxel
        while stepsLeft > 0 {
            if PairedGrid.contains(x, y, z) { return PairedGrid.index(x, y, z) }
            guard PairedGrid.contains(x, y, 0), walk.isForward.z == (z < 0) else { return nil }
            stepsLeft &-= 1
            if nextX < nextY, nextX < nextZ {
                nextX += walk.delta.x
                x += walk.isForward.x ? 1 : -1
            } else if !(nextX < nextY), nextY < nextZ {
                nextY += walk.delta.y
                y += walk.isForward.y ? 1 : -1
            } else {
                nextZ += walk.delta.z
                z += walk.isForward.z ? 1 : -1
            }
        }
        return nil
    }

    /// A ray that is never in the grid: SparseOcc leaves its voxel number at 0, 0, 0 and its depth the same in both grids, so the
    /// labels of that corner are compared.
    private static func unentered(_ corner: UInt16) -> Int? {
        let truth = PairedGrid.truth(corner)
        return truth == Int(OccupancyClass.freeLabel) ? nil : index(truth, PairedGrid.prediction(corner), 0)
    }

    /// Depths are rounded to float32 and brought to metres in float32 before they are compared.
    private static func band(_ truthDepth: Double, _ predictionDepth: Double) -> Int {
        let size = Float(0.4)
        let apart_m = abs(Float(predictionDepth) * size - Float(truthDepth) * size)
        if apart_m < 1 { return 0 }
        if apart_m < 2 { return 1 }
        return apart_m < 4 ? 2 : 3
    }

    private static func index(_ truth: Int, _ prediction: Int, _ band: Int) -> Int {
        (truth &* OccupancyClass.count &+ prediction) &* bands &+ band
    }
}
