internal import Glibc
public import ImageFiles
public import Scenes

/// A grid of voxels as a solid thing, seen in perspective.
///
/// Free voxels are left out; each face of another is drawn if nothing lies against it and the eye is on its side. Faces are shaded by their
/// direction, their height and what stands around them, and have darker edges where they are large enough. The car stands in the middle of
/// a grid of Occ3D's shape, where that is free.
public enum VoxelView {
    /// How far the colours of unseen voxels go towards grey.
    static let dimming = 0.84
    /// Labels of the car's own voxels: body and windows.
    private static let car: (body: UInt8, windows: UInt8) = (18, 19)
    private static let carColours = [Colour(250, 250, 252), Colour(40, 44, 54)]
    private static let sky = (top: Colour(226, 232, 240), bottom: Colour(250, 251, 252))

    /// Draws a grid.
    ///
    /// - Parameters:
    ///   - grid: the labels; of another shape than Occ3D's, it lies in the same way around the car.
    ///   - isDimmed: whether voxels that no camera sees are dimmed, where the grid says so.
    ///   - camera: the eye; nil for one behind and above the car.
    ///   - width: pixels a row.
    ///   - height: rows.
    /// - Throws: `ReportingError` for a grid whose parts do not fit, an eye that sees nothing, or more than 16 million pixels.
    public static func image(
        _ grid: VoxelLabels,
        isDimmed: Bool = false,
        from camera: VoxelCamera? = nil,
        width: Int = 960,
        height: Int = 540
    ) throws -> RGBImage {
        if let flaw = grid.flaw { throw ReportingError("cannot draw voxels: \(flaw)") }
        guard (1...8192).contains(width), (1...8192).contains(height), width * height <= 16 << 20 else {
            throw ReportingError("cannot draw voxels on \(width) x \(height) pixels; at most 16 million are drawn")
        }
        let camera = camera ?? .behind(grid.shape)
        guard let frame = camera.frame(of: VoxelPlacement(grid.shape)) else {
            throw ReportingError(
                "cannot draw voxels from \(camera): eye and target must be apart, the angle 1 to 170 degrees"
            )
        }
        // Four samples a pixel.
        var raster = FaceRaster(width: width * 2, height: height * 2, top: sky.top, bottom: sky.bottom)
        let focal = Float(width) / Float(tan(camera.fieldOfView_deg / 2 * .pi / 180))
        let scene = VoxelScene(labels: withCar(grid), shape: grid.shape, eye: frame.eye)
        let colours = (OccupancyPalette.colours + carColours).map {
            SIMD3(Float($0.red), Float($0.green), Float($0.blue))
        }
        let grey = SIMD3<Float>(222, 224, 228)
        let mask = isDimmed ? grid.maskCamera : nil
        // Voxels along the picture's axes.
        let axes = (0..<3).map { SIMD3(frame.right[$0], frame.up[$0], frame.ahead[$0]) }
        let origin = -(axes[0] * frame.eye.x + axes[1] * frame.eye.y + axes[2] * frame.eye.z)
        scene.forEachFace { face in
            let corner =
                origin + axes[0] * Float(face.x + face.step.x) + axes[1] * Float(face.y + face.step.y)
                + axes[2] * Float(face.z + face.step.z)
            let (u, v) = face.axis == 0 ? (axes[1], axes[2]) : face.axis == 1 ? (axes[2], axes[0]) : (axes[0], axes[1])
            var colour = colours[Int(face.label)]
            if let mask, face.label < OccupancyClass.count, mask[face.index] == 0 {
                colour += (grey - colour) * Float(dimming)
            }
            let direction: Float = face.axis == 2 ? 1 : face.axis == 0 ? 0.80 : 0.66
            let level = 0.9 + 0.1 * Float(face.z) / Float(max(grid.shape[2] - 1, 1))
            let shade = direction * level * (1 - 0.055 * Float(face.crowding))
            raster.fill(corner, u, v, focal: focal, colour * shade)
        }
        return raster.image
    }

    /// The labels with the car's voxels in the middle of a grid of Occ3D's shape; nuScenes' ego frame begins at the rear axle.
    private static func withCar(_ grid: VoxelLabels) -> [UInt8] {
        guard grid.shape == VoxelGrid.shape else { return grid.semantics }
        var labels = grid.semantics
        func put(_ label: UInt8, _ x: Range<Int>, _ z: Range<Int>) {
            for x in x {
                for y in 98..<102 {
                    for z in z where labels[VoxelGrid.index(x, y, z)] == OccupancyClass.freeLabel {
                        labels[VoxelGrid.index(x, y, z)] = label
                    }
                }
            }
        }
        put(car.body, 98..<109, 3..<5)
        put(car.windows, 99..<106, 5..<6)
        put(car.body, 99..<105, 6..<7)
        return labels
    }
}
