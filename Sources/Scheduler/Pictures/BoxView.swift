internal import CommandSupport
internal import Datasets
internal import Evaluation
internal import Foundation
internal import Reporting
internal import Scenes

/// The boxes of one sample as they lie around the car.
struct BoxView {
    let document: [UInt8]
    let token: String
    let minimumScore: Double

    /// A view of the predictions over shadows of the annotations, and one of the annotations.
    ///
    /// - Throws: `EvaluationError` for a broken document, `CommandFailure` where nothing tells where the car was.
    func figure(_ scene: SceneFrames, annotations: DetectionGroundTruth?) throws -> BoxFigure {
        let sample = scene.samples.first { $0.token == token }
        guard
            let pose = sample?.lidar?.egoToGlobal
                ?? sample?.cameras.first(where: { $0.channel == "CAM_FRONT" })?.egoToGlobal
        else {
            throw CommandFailure(
                .configuration,
                "the dataset's tables do not say where the car was at sample '\(token)'"
            )
        }
        let ground = GroundPlane(pose)
        let all = try DetectionDocument.decode(document, of: token)
        let shown = all.filter { $0.score >= minimumScore }
        let annotated = annotations?.boxes.filter { $0.pointCount != 0 }.map { box in
            ground.box(
                centre: box.translation,
                size: box.size,
                rotation: box.rotation,
                velocity: box.velocity,
                label: box.name.index,
                strength: 1
            )
        }
        let predicted = shown.map { box in
            ground.box(
                centre: box.translation,
                size: box.size,
                rotation: box.rotation,
                velocity: box.velocity,
                label: box.name.index,
                strength: box.score
            )
        }
        var panels = [
            BoxFigure.Panel(
                title: "prediction",
                note: "\(shown.count) of \(all.count) boxes, score from \(minimumScore)",
                boxes: predicted,
                shadows: annotated ?? []
            )
        ]
        if let annotated {
            panels.append(
                BoxFigure.Panel(
                    title: "ground truth",
                    note: "\(annotated.count) boxes with a lidar or radar point",
                    boxes: annotated
                )
            )
        }
        return BoxFigure(panels: panels)
    }
}

/// The plane around the car at one moment: x forward, y to the left.
private struct GroundPlane {
    private let origin: SIMD3<Double>
    private let axes: (x: SIMD3<Double>, y: SIMD3<Double>)
    private let yaw_rad: Double

    init(_ pose: RigidTransform) {
        let m = pose.matrix
        origin = pose.translation
        axes = (SIMD3(m[0], m[4], m[8]), SIMD3(m[1], m[5], m[9]))
        yaw_rad = atan2(m[4], m[0])
    }

    func box(
        centre: SIMD3<Double>,
        size: SIMD3<Double>,
        rotation: Quaternion,
        velocity: SIMD2<Double>?,
        label: Int,
        strength: Double
    ) -> BoxFigure.Box {
        func onPlane(_ v: SIMD3<Double>) -> SIMD2<Double> { SIMD2((axes.x * v).sum(), (axes.y * v).sum()) }
        return BoxFigure.Box(
            centre: onPlane(centre - origin),
            size: SIMD2(size.y, size.x),
            heading_rad: rotation.yaw_rad - yaw_rad,
            velocity: velocity.map { onPlane(SIMD3($0.x, $0.y, 0)) },
            label: label,
            strength: strength
        )
    }
}
