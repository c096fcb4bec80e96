public import Scenes

/// Boxes as a camera sees them: pinhole, without distortion, in pixels of the table's picture; whole numbers are pixel centres.
public struct CameraProjection: Sendable {
    /// A straight line of a box in the picture.
    public struct Edge: Equatable, Sendable {
        /// One end, pixels.
        public var start: SIMD2<Double>
        /// The other end.
        public var end: SIMD2<Double>
        /// Whether it bounds the box's front.
        public var isFront: Bool
    }

    /// The part of a box that lies before the camera.
    public struct Outline: Equatable, Sendable {
        /// Its edges, 12 unless some lie behind the near plane.
        public var edges: [Edge]
        /// The corners of its front, one after the other; empty where some lie behind the near plane.
        public var front: [SIMD2<Double>]
        /// How far its centre lies before the camera, metres.
        public var depth_m: Double

        /// The smallest rectangle around it, which may reach beyond the picture.
        public var bounds: (low: SIMD2<Double>, high: SIMD2<Double>) {
            let points = edges.flatMap { [$0.start, $0.end] }
            let low = points.reduce(SIMD2(repeating: .infinity), pointwiseMin)
            return (low, points.reduce(SIMD2(repeating: -.infinity), pointwiseMax))
        }
    }

    /// What lies nearer to the camera's plane, or behind it, is cut off, metres.
    public static let near_m = 0.2

    private let frame: CameraFrame
    /// How a camera with a lens sees; nil for a pinhole.
    private let model: CameraModel?
    private let fromGlobal: [(origin: SIMD3<Double>, axes: (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>))]

    /// Prepares a camera at the moment of a frame.
    public init(_ frame: CameraFrame) {
        self.frame = frame
        model = frame.lens.model == .none ? nil : CameraModel(intrinsics: frame.intrinsics, lens: frame.lens)
        fromGlobal = [frame.egoToGlobal, frame.sensorToEgo].map { ($0.translation, $0.rotation.axes) }
    }

    /// A point of the global frame in the camera's: x right, y down, z forward, metres.
    public func inCamera(_ point: SIMD3<Double>) -> SIMD3<Double> {
        fromGlobal.reduce(point) { point, step in
            let away = point - step.origin
            return SIMD3((step.axes.0 * away).sum(), (step.axes.1 * away).sum(), (step.axes.2 * away).sum())
        }
    }

    /// A box in the picture; nil where no part of it is there, or where its numbers are none.
    public func outline(of box: MarkedBox) -> Outline? {
        let corners = box.corners.map(inCamera)
        guard corners.allSatisfy(\.isFinite) else { return nil }
        var edges: [Edge] = []
        for from in 0..<8 {
            for bit in [1, 2, 4] where from & bit == 0 {
                guard let (start, end) = Self.clipped(corners[from], corners[from | bit]) else { continue }
                // A lens bends straight lines; ends that it does not see leave an edge out.
                let edge = Edge(start: pixel(start), end: pixel(end), isFront: (from | bit) & 1 == 0)
                if model == nil || (edge.start.isFinite && edge.end.isFinite) { edges.append(edge) }
            }
        }
        let front = [0, 2, 6, 4].map { corners[$0] }
        let outline = Outline(
            edges: edges,
            front: front.allSatisfy { $0.z > Self.near_m && pixel($0).isFinite } ? front.map(pixel) : [],
            depth_m: inCamera(box.centre).z
        )
        let (low, high) = outline.bounds
        let size = SIMD2(Double(frame.width), Double(frame.height))
        guard low.isFinite, high.isFinite, low.x < size.x, low.y < size.y, high.x > 0, high.y > 0 else { return nil }
        return outline
    }

    /// The part of a line before the near plane.
    private static func clipped(
        _ a: SIMD3<Double>,
        _ b: SIMD3<Double>
    ) -> (SIMD3<Double>, SIMD3<Double>)? {
        guard a.z < near_m || b.z < near_m else { return (a, b) }
        guard a.z > near_m || b.z > near_m else { return nil }
        let cut = a + (b - a) * ((near_m - a.z) / (b.z - a.z))
        return a.z < near_m ? (cut, b) : (a, cut)
    }

    private func pixel(_ p: SIMD3<Double>) -> SIMD2<Double> {
        if let model { return model.project(p) ?? SIMD2(.nan, .nan) }
        let k = frame.intrinsics
        guard k.count == 9 else { return SIMD2(.nan, .nan) }
        let w = k[6] * p.x + k[7] * p.y + k[8] * p.z
        return SIMD2(k[0] * p.x + k[1] * p.y + k[2] * p.z, k[3] * p.x + k[4] * p.y + k[5] * p.z) / w
    }
}
