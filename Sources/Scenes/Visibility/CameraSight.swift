/// Which ways a camera's picture shows, as seen from the vehicle: through its lens, within its size, where its own mask lets it be used.
public struct CameraSight {
    /// The camera's place in the ego frame, metres.
    public let origin: SIMD3<Double>
    private let model: CameraModel
    private let right: SIMD3<Double>
    private let down: SIMD3<Double>
    private let forward: SIMD3<Double>
    private let width: Int
    private let height: Int
    private let isUsable: ((_ x: Int, _ y: Int) -> Bool)?

    /// Makes the sight of a camera.
    ///
    /// - Parameters:
    ///   - camera: its size and mount.
    ///   - model: its intrinsics and lens.
    ///   - isUsable: whether a pixel of its picture is to be used; nil where all are.
    public init(_ camera: CameraFrame, _ model: CameraModel, isUsable: ((_ x: Int, _ y: Int) -> Bool)? = nil) {
        let mount = Placement(camera.sensorToEgo)
        origin = mount.moved(.zero)
        (right, down, forward) = (
            mount.turned(SIMD3(1, 0, 0)), mount.turned(SIMD3(0, 1, 0)), mount.turned(SIMD3(0, 0, 1))
        )
        (width, height) = (camera.width, camera.height)
        self.model = model
        self.isUsable = isUsable
    }

    /// Whether a pixel shows a direction of the ego frame.
    public func sees(_ direction: SIMD3<Double>) -> Bool {
        let turned = SIMD3((direction * right).sum(), (direction * down).sum(), (direction * forward).sum())
        guard let pixel = model.project(turned), pixel.x >= -0.5, pixel.y >= -0.5,
            pixel.x < Double(width) - 0.5, pixel.y < Double(height) - 0.5
        else { return false }
        return isUsable?(Int(pixel.x + 0.5), Int(pixel.y + 0.5)) ?? true
    }
}
