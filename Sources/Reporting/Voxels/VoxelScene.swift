internal import Scenes

/// The faces of a grid that an eye may see, the farthest first.
struct VoxelScene {
    /// One face of a voxel.
    struct Face {
        let x: Int
        let y: Int
        let z: Int
        /// The voxel's place in the labels.
        let index: Int
        let label: UInt8
        /// The axis that the face is perpendicular to.
        let axis: Int
        /// 1 on that axis where the face lies on the voxel's upper side.
        let step: SIMD3<Int>
        /// How many of the eight voxels around the one before the face are taken.
        let crowding: Int
    }

    let labels: [UInt8]
    let shape: [Int]
    /// In voxels from the grid's lowest corner.
    let eye: SIMD3<Float>

    /// Indices of an axis such that what may hide something comes later.
    private func order(_ axis: Int) -> [Int] {
        let count = shape[axis]
        let place = Int(min(max(eye[axis].rounded(.down), -1), Float(count)))
        return Array(0..<max(0, min(place, count))) + (max(place + 1, 0)..<max(count, place + 1)).reversed()
            + ((0..<count).contains(place) ? [place] : [])
    }

    /// Calls a function with each face: along each axis the far voxels come first, so whatever hides a voxel comes after it.
    func forEachFace(_ body: (Face) -> Void) {
        let strides = SIMD3(shape[1] * shape[2], shape[2], 1)
        let (orderY, orderZ) = (order(1), order(2))
        labels.withUnsafeBufferPointer { labels in
            let free = OccupancyClass.freeLabel
            func isTaken(_ place: SIMD3<Int>) -> Bool {
                guard place.x >= 0, place.y >= 0, place.z >= 0, place.x < shape[0], place.y < shape[1],
                    place.z < shape[2]
                else { return false }
                return labels[place.x * strides.x + place.y * strides.y + place.z] != free
            }
            for x in order(0) {
                for y in orderY {
                    for z in orderZ {
                        let index = x * strides.x + y * strides.y + z
                        guard labels[index] != free else { continue }
                        let place = SIMD3(x, y, z)
                        for axis in 0..<3 {
                            var step = SIMD3<Int>.zero
                            var before = place
                            if eye[axis] > Float(place[axis] + 1) {
                                step[axis] = 1
                                before[axis] += 1
                            } else if eye[axis] < Float(place[axis]) {
                                before[axis] -= 1
                            } else {
                                continue
                            }
                            guard !isTaken(before) else { continue }
                            let (u, v) = (axis == 2 ? 0 : axis + 1, axis == 0 ? 2 : axis - 1)
                            var crowding = 0
                            for a in -1...1 {
                                for b in -1...1 where a != 0 || b != 0 {
                                    var near = before
                                    near[u] += a
                                    near[v] += b
                                    if isTaken(near) { crowding += 1 }
                                }
                            }
                            body(
                                Face(
                                    x: x,
                                    y: y,
                                    z: z,
                                    index: index,
                                    label: labels[index],
                                    axis: axis,
                                    step: step,
                                    crowding: crowding
                                )
                            )
                        }
                    }
                }
            }
        }
    }
}
