internal import BinaryKernels

/// All rays of an origin inside the grid, walked together by the kernels of this machine: the same numbers as one by one.
struct RayBatch {
    private let instructionSet: occ_isa
    /// What each ray met first in truth and prediction, as a cell of `PairedGrid` has it; 0 for nothing.
    private(set) var found = [UInt16](repeating: 0, count: LidarRays.directions.count)
    /// Distances in voxels to where each ray leaves what it met.
    private(set) var truthDepths = [Double](repeating: 0, count: LidarRays.directions.count)
    /// The same of the prediction.
    private(set) var predictionDepths = [Double](repeating: 0, count: LidarRays.directions.count)

    /// Makes room for the rays of an origin.
    init(_ instructionSet: occ_isa = occ_isa_from_environment()) { self.instructionSet = instructionSet }

    /// Walks every ray from an origin, in metres; false, and nothing done, where that is not in the grid.
    mutating func walk(from origin: SIMD3<Double>, through grid: PairedGrid) -> Bool {
        let (start, voxel) = RayWalk.start(of: origin)
        guard PairedGrid.contains(voxel.x, voxel.y, voxel.z) else { return false }
        let strides = PairedGrid.strides
        grid.cells.withUnsafeBufferPointer { cells in
            LidarRays.axes[0].withUnsafeBufferPointer { x in
                LidarRays.axes[1].withUnsafeBufferPointer { y in
                    LidarRays.axes[2].withUnsafeBufferPointer { z in
                        guard let cells = cells.baseAddress, let x = x.baseAddress, let y = y.baseAddress,
                            let z = z.baseAddress
                        else { return }
                        var walk = occ_ray_walk(
                            directions: (x, y, z),
                            count: LidarRays.directions.count,
                            origin_m: (origin.x, origin.y, origin.z),
                            start: (start.x, start.y, start.z),
                            voxel: (Int32(voxel.x), Int32(voxel.y), Int32(voxel.z)),
                            cell: Int32(PairedGrid.index(voxel.x, voxel.y, voxel.z)),
                            corner_m: (RayWalk.corner_m.x, RayWalk.corner_m.y, RayWalk.corner_m.z),
                            size_m: RayWalk.size_m,
                            strides: (Int32(strides.x), Int32(strides.y), Int32(strides.z)),
                            step_limit: Int32(RayWalk.stepLimit),
                            first_bits: PairedGrid.truthBits,
                            second_bits: PairedGrid.predictionBits,
                            border_bit: PairedGrid.outsideBit,
                            cells: cells
                        )
                        occ_walk_rays(instructionSet, &walk, &found, &truthDepths, &predictionDepths)
                    }
                }
            }
        }
        return true
    }
}
