internal import Scenes

/// The spread of numbers as they come; those that are none are passed over.
struct SpreadTally {
    private(set) var count = 0
    private var sum = 0.0
    private var least = Double.infinity
    private var most = -Double.infinity

    mutating func add(_ value: Double) {
        guard value.isFinite else { return }
        count += 1
        sum += value
        least = min(least, value)
        most = max(most, value)
    }

    var spread: DatasetFacts.Spread {
        count == 0 ? .init() : .init(least: least, mean: sum / Double(count), most: most)
    }
}

/// What is gathered of one camera.
struct CameraTally {
    private struct Key: Hashable {
        let width: Int
        let height: Int
        let intrinsics: [Double]
        let place: RigidTransform
        let lens: CameraLens
        let maskPath: String?
    }

    /// Most mounts that are told apart: one a calibration of a fleet; later ones are not looked at.
    private static let mostMounts = 100_000

    private var facts: DatasetFacts.Camera
    private var known: Set<Key> = []
    private var last: Key?
    private var yaws = SpreadTally(), tilts = SpreadTally(), rolls = SpreadTally(), fields = SpreadTally()
    private var heights = SpreadTally(), offsets = SpreadTally(), beyond = SpreadTally()
    private var masked = SpreadTally(), delays = SpreadTally()

    init(_ channel: String) { facts = .init(channel: channel) }

    /// Counts a picture.
    ///
    /// - Returns: whether its camera is mounted, calibrated or masked as it was not before.
    mutating func count(_ frame: CameraFrame, delay_ms: Double) -> Bool {
        facts.pictures += 1
        delays.add(delay_ms)
        let key = Key(
            width: frame.width,
            height: frame.height,
            intrinsics: frame.intrinsics,
            place: frame.sensorToEgo,
            lens: frame.lens,
            maskPath: frame.maskPath
        )
        guard key != last else { return false }
        last = key
        guard known.count < Self.mostMounts else { return false }
        return known.insert(key).inserted
    }

    /// Takes what a new mount shows.
    mutating func take(_ outlook: CameraOutlook, _ frame: CameraFrame) {
        facts.mounts += 1
        let size = "\(frame.width) x \(frame.height)"
        if !facts.sizes.contains(size) { facts.sizes.append(size) }
        if !facts.lenses.contains(frame.lens.name) { facts.lenses.append(frame.lens.name) }
        yaws.add(outlook.yaw_deg)
        tilts.add(outlook.tilt_deg)
        rolls.add(outlook.roll_deg)
        fields.add(outlook.fieldOfView_deg)
        heights.add(outlook.height_m)
        offsets.add(outlook.principalOffset_percent)
        beyond.add(outlook.beyondLens_percent)
    }

    /// Takes how much of the picture a mask takes away.
    mutating func take(masked_percent: Double) { masked.add(masked_percent) }

    var camera: DatasetFacts.Camera {
        var camera = facts
        (camera.yaw_deg, camera.tilt_deg, camera.roll_deg) = (yaws.spread, tilts.spread, rolls.spread)
        (camera.fieldOfView_deg, camera.height_m) = (fields.spread, heights.spread)
        (camera.principalOffset_percent, camera.beyondLens_percent) = (offsets.spread, beyond.spread)
        camera.masked_percent = masked.count > 0 ? masked.spread : nil
        camera.delay_ms = delays.spread
        return camera
    }
}
