internal import Evaluation
internal import Foundation
internal import Reporting
internal import Scenes

/// A predicted box as one camera sees it.
struct CameraLabel {
    let box: DetectionBox
    /// The smallest rectangle around its outline, pixels, whole numbers are pixel centres; it may reach beyond the picture.
    let low: SIMD2<Double>, high: SIMD2<Double>
    /// The centre of its bottom in the camera's frame (x right, y down, z forward), metres.
    let bottom: SIMD3<Double>
    /// The heading about the camera's y: 0 along x, KITTI's `rotation_y`, radians, -pi to pi.
    let rotationY_rad: Double

    /// A camera at the moment of a frame.
    struct Camera {
        let frame: CameraFrame
        private let projection: CameraProjection

        /// Prepares a camera.
        init(_ frame: CameraFrame) {
            self.frame = frame
            projection = CameraProjection(frame)
        }

        /// The boxes that it sees, in their order: some of the outline is in the picture, and the centre lies before the camera.
        func labels(_ boxes: [DetectionBox]) -> [CameraLabel] { boxes.compactMap(label) }

        private func label(_ box: DetectionBox) -> CameraLabel? {
            guard let outline = projection.outline(of: MarkedBox(box)), outline.depth_m > CameraProjection.near_m else {
                return nil
            }
            let (forward, _, up) = box.rotation.axes
            let heading =
                projection.inCamera(box.translation + forward) - projection.inCamera(box.translation)
            let (low, high) = outline.bounds
            let label = CameraLabel(
                box: box,
                low: low,
                high: high,
                bottom: projection.inCamera(box.translation - up * (box.size.z / 2)),
                rotationY_rad: atan2(-heading.z, heading.x)
            )
            // What is there only by the width of a line has no area.
            let seen = label.clipped(to: frame, edge: 0.5)
            return seen.high.x > seen.low.x && seen.high.y > seen.low.y ? label : nil
        }
    }

    /// The angle at which the camera sees it: KITTI's `alpha`, radians, -pi to pi.
    var alpha_rad: Double {
        let angle = rotationY_rad - atan2(bottom.x, bottom.z)
        return angle > .pi ? angle - 2 * .pi : angle < -.pi ? angle + 2 * .pi : angle
    }

    /// The part of the rectangle that is in the picture.
    ///
    /// - Parameter edge: how far beyond the centres of the outermost pixels the picture goes: 0 or 0.5.
    func clipped(to frame: CameraFrame, edge: Double) -> (low: SIMD2<Double>, high: SIMD2<Double>) {
        let first = SIMD2(repeating: 0 - edge)
        let last = SIMD2(Double(frame.width - 1), Double(frame.height - 1)) + edge
        return (pointwiseMin(pointwiseMax(low, first), last), pointwiseMin(pointwiseMax(high, first), last))
    }

    /// The share of the rectangle that is beyond the picture, 0 to 1.
    func truncation(in frame: CameraFrame) -> Double {
        let (from, to) = clipped(to: frame, edge: 0.5)
        let whole = (high.x - low.x) * (high.y - low.y)
        guard whole > 0 else { return 0 }
        return min(max(1 - (to.x - from.x) * (to.y - from.y) / whole, 0), 1)
    }
}
