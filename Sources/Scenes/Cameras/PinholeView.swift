/// A pinhole picture that is made from a camera's own: its size and intrinsics, and how it is turned.
///
/// Its frame is x right, y down, z forward, and has the camera's origin: nothing is moved, so no depth is needed.
public struct PinholeView: Hashable, Sendable {
    /// Width of the picture, pixels.
    public var width: Int
    /// Height of the picture, pixels.
    public var height: Int
    /// Focal length across, pixels.
    public var focalX_px: Double
    /// Focal length down, pixels.
    public var focalY_px: Double
    /// Column of the optical axis; the first pixel's middle is 0.
    public var centreX_px: Double
    /// Row of the optical axis.
    public var centreY_px: Double
    /// From the view's axes to the camera's.
    public var cameraFromView: Quaternion

    /// Makes a view from its parts.
    public init(
        width: Int,
        height: Int,
        focalX_px: Double,
        focalY_px: Double,
        centreX_px: Double,
        centreY_px: Double,
        cameraFromView: Quaternion = .identity
    ) {
        self.width = width
        self.height = height
        self.focalX_px = focalX_px
        self.focalY_px = focalY_px
        self.centreX_px = centreX_px
        self.centreY_px = centreY_px
        self.cameraFromView = cameraFromView
    }

    /// The intrinsic matrix, 3 x 3, row-major, pixels.
    public var intrinsics: [Double] { [focalX_px, 0, centreX_px, 0, focalY_px, centreY_px, 0, 0, 1] }

    /// The same view in a finer picture, `factor` pixels where it had one along each side.
    public func enlarged(_ factor: Int) -> PinholeView {
        let scale = Double(factor)
        var view = self
        view.width *= factor
        view.height *= factor
        view.focalX_px *= scale
        view.focalY_px *= scale
        view.centreX_px = (centreX_px + 0.5) * scale - 0.5
        view.centreY_px = (centreY_px + 0.5) * scale - 0.5
        return view
    }

    /// Where the camera sees what a pixel of the view shows; the result is nil where it does not.
    ///
    /// - Parameter camera: the camera that the view is made from.
    public func places(in camera: CameraModel) -> (_ x: Double, _ y: Double) -> SIMD2<Double>? {
        let turn = Placement(RigidTransform(translation: .zero, rotation: cameraFromView))
        return { x, y in
            camera.project(turn.turned(SIMD3((x - centreX_px) / focalX_px, (y - centreY_px) / focalY_px, 1)))
        }
    }
}

extension CameraModel {
    /// The pinhole picture that shows what the camera does, without what its lens bends: of the same size, optical axis and, in the middle, scale.
    ///
    /// - Parameters:
    ///   - width: width of the camera's pictures, pixels.
    ///   - height: their height, pixels.
    /// - Returns: nil where the middle of the lens shows nothing.
    public func rectified(width: Int, height: Int) -> PinholeView? {
        // The scale near the axis, whatever the model: unified ones have a part of fx, f-theta ones another slope.
        let step = 1e-4
        guard let middle = project(SIMD3(0, 0, 1)), let right = project(SIMD3(step, 0, 1)),
            let below = project(SIMD3(0, step, 1))
        else { return nil }
        return PinholeView(
            width: width,
            height: height,
            focalX_px: (right.x - middle.x) / step,
            focalY_px: (below.y - middle.y) / step,
            centreX_px: middle.x,
            centreY_px: middle.y
        )
    }
}
