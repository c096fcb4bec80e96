internal import Foundation
internal import Scenes

/// How a camera looks at the world around its vehicle.
struct CameraOutlook {
    /// The direction of the optical axis in the ego frame, degrees; 0 is ahead, 90 left.
    let yaw_deg: Double
    /// How far the optical axis points up, degrees.
    let tilt_deg: Double
    /// How far the camera is turned about its optical axis, degrees; 0 is upright, more than 0 clockwise as it sees the world.
    let roll_deg: Double
    /// Height over the road, metres.
    let height_m: Double
    /// How far the principal point is from the middle, in hundredths of the picture.
    let principalOffset_percent: Double
    /// From the left edge of the picture to the right, at the height of the principal point, degrees; 0 where nothing is seen.
    let fieldOfView_deg: Double
    /// How much of the picture no direction leads to, hundredths.
    let beyondLens_percent: Double
    /// The directions that it sees along the horizon were it level, degrees from ahead to the left; the end may be beyond 360.
    let seen_deg: ClosedRange<Double>?

    private static let degree = Double.pi / 180
    /// Points across and down the picture at which the lens is asked what it sees.
    private static let probes = (across: 48, down: 27)
    /// Steps from an edge of the picture to what the lens sees.
    private static let edgeSteps = 400.0

    init(_ camera: CameraFrame) {
        let (right, down, forward) = camera.sensorToEgo.rotation.axes
        yaw_deg = atan2(forward.y, forward.x) / Self.degree
        tilt_deg = asin(max(-1, min(1, forward.z))) / Self.degree
        // Where the camera's right points against the horizon: below it where the camera is turned clockwise.
        roll_deg = atan2(-right.z, -down.z) / Self.degree
        height_m = camera.sensorToEgo.translation.z
        let k = camera.intrinsics
        let (width, height) = (Double(camera.width), Double(camera.height))
        guard let model = CameraModel(intrinsics: k, lens: camera.lens), width > 0, height > 0 else {
            (principalOffset_percent, fieldOfView_deg, beyondLens_percent, seen_deg) = (0, 0, 100, nil)
            return
        }
        let off = SIMD2(abs(k[2] - (width - 1) / 2) / width, abs(k[5] - (height - 1) / 2) / height)
        principalOffset_percent = 100 * off.max()
        beyondLens_percent = Self.beyond(model, width: width, height: height)
        let row = min(max(k[5], 0), height - 1)
        guard let left = Self.edge(model, from: 0, to: width - 1, row: row),
            let other = Self.edge(model, from: width - 1, to: 0, row: row)
        else {
            (fieldOfView_deg, seen_deg) = (0, nil)
            return
        }
        let toLeft = atan2(-left.x, left.z) / Self.degree
        let toRight = atan2(other.x, other.z) / Self.degree
        fieldOfView_deg = max(0, toLeft + toRight)
        seen_deg = toLeft + toRight > 0 ? (yaw_deg - toRight)...(yaw_deg + toLeft) : nil
    }

    /// The first direction that is seen on the way from one edge to the other: the rim of a fisheye may be black.
    private static func edge(_ model: CameraModel, from: Double, to: Double, row: Double) -> SIMD3<Double>? {
        for step in stride(from: 0, through: edgeSteps, by: 1) {
            if let direction = model.unproject(SIMD2(from + (to - from) * step / edgeSteps, row)) { return direction }
        }
        return nil
    }

    private static func beyond(_ model: CameraModel, width: Double, height: Double) -> Double {
        var unseen = 0
        for down in 0..<probes.down {
            for across in 0..<probes.across {
                let x = (Double(across) + 0.5) / Double(probes.across) * width - 0.5
                let y = (Double(down) + 0.5) / Double(probes.down) * height - 0.5
                if model.unproject(SIMD2(x, y)) == nil { unseen += 1 }
            }
        }
        return 100 * Double(unseen) / Double(probes.across * probes.down)
    }
}

/// What several cameras see together along the horizon, in whole degrees.
struct Panorama {
    /// Directions that nobody sees: from, to; the end may be beyond 360.
    let unseen_deg: [[Int]]
    /// Pairs that see the same directions.
    let overlaps: [DatasetFacts.Overlap]

    init(_ views: [(channel: String, seen_deg: ClosedRange<Double>?)]) {
        let seen = views.map { view in
            (0..<360).map { degree in
                [-720.0, -360, 0, 360, 720].contains { view.seen_deg?.contains(Double(degree) + 0.5 + $0) ?? false }
            }
        }
        var gaps: [[Int]] = []
        for degree in 0..<360 where !seen.contains(where: { $0[degree] }) {
            if let last = gaps.last, last[1] == degree {
                gaps[gaps.count - 1][1] = degree + 1
            } else {
                gaps.append([degree, degree + 1])
            }
        }
        // A gap that goes past ahead is one gap.
        if gaps.count > 1, gaps[0][0] == 0, gaps[gaps.count - 1][1] == 360 {
            gaps[gaps.count - 1][1] = 360 + gaps[0][1]
            gaps.removeFirst()
        }
        unseen_deg = gaps
        var overlaps: [DatasetFacts.Overlap] = []
        for one in views.indices {
            for other in views.indices where other > one {
                let both = (0..<360).count { seen[one][$0] && seen[other][$0] }
                guard both > 0 else { continue }
                overlaps.append(.init(cameras: [views[one].channel, views[other].channel], width_deg: both))
            }
        }
        self.overlaps = overlaps
    }
}
