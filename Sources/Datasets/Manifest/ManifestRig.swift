internal import Scenes

/// A rig of a manifest.
struct ManifestRig {
    /// A camera of a rig.
    struct Camera {
        /// The name by which samples name its pictures, and its bytes.
        let name: String
        let nameBytes: [UInt8]
        /// Everything about it that its pictures share; path, times and poses are filled in by samples.
        let frame: CameraFrame
    }

    /// The rig's name.
    let name: String
    /// Its cameras: those that take a place in networks first, in `CameraOrder.published`; then the others as they are written.
    let cameras: [Camera]
    /// Height of the road in the manifest's ego frame, metres.
    ///
    /// Frames have an ego frame whose origin is on the road, as nuScenes' is:
    /// mounts are lowered by it and poses raised.
    let groundHeight_m: Double
    /// The lidar's place on the vehicle, over the road.
    let lidar: RigidTransform?
}

/// Keys of a `rig` line.
enum ManifestRigKey: Int, ManifestKey {
    case kind, name, cameras, groundZ, pixelOrigin, lidar
    static let names = spelt
}

/// Keys of a rig's lidar.
enum ManifestLidarKey: Int, ManifestKey {
    case egoFromLidar
    static let names = spelt
}

/// Keys of a camera.
enum ManifestCameraKey: Int, ManifestKey {
    case size, k, distortion, egoFromCamera, slot, maxAngle, mask, shutter, unusual
    static let names = spelt
}

/// Keys of a camera's distortion.
enum ManifestDistortionKey: Int, ManifestKey {
    case model, d, linear
    static let names = spelt
}

/// Keys of a camera's shutter.
enum ManifestShutterKey: Int, ManifestKey {
    case direction, readout
    static let names = spelt
}

extension ManifestRig {
    private static let mostCameras = 32
    /// Farthest that the road can be from the ego frame's origin, metres.
    private static let farthestGround_m = 5.0
    private static let slowestReadout_ns: Int64 = 1_000_000_000

    /// Reads a `rig` line.
    ///
    /// - Parameter folder: what stands before paths, with its slash; empty for nothing.
    init(_ line: ManifestLine, folder: String) throws(DatasetProblem) {
        let object = try ManifestObject<ManifestRigKey>(line)
        name = try object.name(.name)
        groundHeight_m = object.has(.groundZ) ? try object.number(.groundZ) : 0
        if let place = object.find(.groundZ), abs(groundHeight_m) > Self.farthestGround_m {
            throw line.problem(
                .unlikelyValue,
                at: place,
                found: "the road would be \(groundHeight_m) m from the ego frame's origin",
                advice: "write metres: the height of the road in the ego frame, -0.33 where its origin is on the axle"
            )
        }
        let isCorner =
            object.has(.pixelOrigin) ? try object.choice(.pixelOrigin, of: ["center", "corner"]) == "corner" : false
        if let place = object.find(.lidar) {
            let mount = try ManifestObject<ManifestLidarKey>(line, place).transform(.egoFromLidar)
            lidar = Self.lowered(mount, by: groundHeight_m)
        } else {
            lidar = nil
        }
        let place = try object.place(.cameras)
        let children = line.children(of: place)
        guard case JSLKind.object = JSLKind(line, place), (1...Self.mostCameras).contains(children.count) else {
            throw line.wrongType(at: place, wanted: "an object of 1 to \(Self.mostCameras) cameras by name")
        }
        var found: [Camera] = []
        for child in children {
            let camera = try Self.camera(
                line,
                child,
                groundHeight_m: groundHeight_m,
                isCorner: isCorner,
                folder: folder
            )
            if found.contains(where: { $0.name == camera.name }) {
                throw line.problem(
                    .duplicateKey,
                    at: child,
                    found: "the rig has two cameras of this name",
                    advice: "name each once"
                )
            }
            if found.contains(where: { $0.frame.channel == camera.frame.channel }) {
                throw line.problem(
                    .duplicateKey,
                    at: child,
                    found: "two cameras take the slot \(camera.frame.channel)",
                    advice: "give each slot to one camera; a camera of a slot's name takes it"
                )
            }
            found.append(camera)
        }
        let slots = CameraOrder.published.compactMap { slot in found.first { $0.frame.channel == slot } }
        cameras = slots + found.filter { !CameraOrder.published.contains($0.frame.channel) }
    }

    /// A mount seen from the road below the manifest's ego frame.
    private static func lowered(_ mount: RigidTransform, by height_m: Double) -> RigidTransform {
        var mount = mount
        if height_m != 0 { mount.translation.z -= height_m }
        return mount
    }

    /// The pose of the ego frame on the road, from that of the manifest's.
    func onRoad(_ pose: RigidTransform) -> RigidTransform {
        guard groundHeight_m != 0 else { return pose }
        var pose = pose
        pose.translation = Placement(pose).moved(SIMD3(0, 0, groundHeight_m))
        return pose
    }

    private static func camera(
        _ line: ManifestLine,
        _ index: Int,
        groundHeight_m: Double,
        isCorner: Bool,
        folder: String
    ) throws(DatasetProblem) -> Camera {
        let name = line.key(index)
        guard PlainName.isUsable(name) else {
            throw line.problem(
                .unusableName,
                at: index,
                found: "the camera's name cannot be the name of a file",
                advice: "use 1 to 200 bytes with neither slash nor control characters"
            )
        }
        let object = try ManifestObject<ManifestCameraKey>(line, index)
        let isSlot = CameraOrder.published.contains(name)
        var channel = name
        if object.has(.slot) {
            channel = try object.choice(.slot, of: CameraOrder.published)
            guard !isSlot || channel == name else {
                throw line.problem(
                    .unlikelyValue,
                    at: try object.place(.slot),
                    found: "a camera called \(name) would take the slot \(channel)",
                    advice: "call it otherwise, or leave the slot out"
                )
            }
        }
        let size = try object.numbers(.size, counts: [2], meaning: "width, height in pixels")
        guard size.allSatisfy({ $0 == $0.rounded() && (1...100_000).contains($0) }) else {
            throw line.problem(
                .badNumber,
                at: try object.place(.size),
                found: "\(line.shown(try object.place(.size))) is no size of a picture",
                advice: "write [width, height], whole numbers from 1 to 100000"
            )
        }
        let (lens, linear) = try lens(object)
        let intrinsics = try intrinsics(object, size: size, lens: lens, linear: linear, isCorner: isCorner)
        let mount = try object.transform(.egoFromCamera)
        try shutter(object)
        let isUnusual = try isUnusual(object)
        if !isUnusual, let flaw = MountCheck.flaw(of: mount, groundHeight_m: groundHeight_m) {
            throw line.problem(
                .unlikelyValue,
                at: try object.place(.egoFromCamera),
                key: flaw.key,
                found: flaw.found,
                advice: flaw.advice + "; if it is right, say \"unusual\": true"
            )
        }
        let frame = CameraFrame(
            channel: channel,
            imagePath: "",
            width: Int(size[0]),
            height: Int(size[1]),
            timestamp_us: 0,
            intrinsics: intrinsics,
            sensorToEgo: lowered(mount, by: groundHeight_m),
            egoToGlobal: .identity,
            lens: lens,
            maskPath: object.has(.mask) ? folder + (try object.path(.mask)) : nil
        )
        return Camera(name: name, nameBytes: Array(name.utf8), frame: frame)
    }

    private static func lens(
        _ camera: ManifestObject<ManifestCameraKey>
    ) throws(DatasetProblem) -> (CameraLens, SIMD3<Double>) {
        let line = camera.line
        let object = try ManifestObject<ManifestDistortionKey>(line, try camera.place(.distortion))
        let model = try object.choice(.model, of: CameraLens.names)
        var angle: Double?
        if let place = camera.find(.maxAngle) {
            let value = try camera.number(.maxAngle)
            guard value > 0, value <= .pi else {
                throw line.problem(
                    .badNumber,
                    at: place,
                    found: "it is \(value)" + (value > .pi ? " (degrees?)" : ""),
                    advice: "write radians from the optical axis, more than 0, at most 3.1416"
                )
            }
            angle = value
        }
        if model != "ftheta", let place = object.find(.linear) {
            throw line.problem(.unknownKey, at: place, found: "only ftheta has it", advice: "leave it out")
        }
        let d: [Double]
        switch model {
        case "none":
            if let place = object.find(.d) {
                throw line.problem(
                    .unlikelyValue,
                    at: place,
                    found: "there are coefficients, but the model is \"none\"",
                    advice: "name the model that they belong to; for undistorted pictures leave them out"
                )
            }
            d = []
        case "opencv":
            d = try object.numbers(.d, counts: [4, 5, 8, 12], meaning: "k1 k2 p1 p2 k3 k4 k5 k6 s1 s2 s3 s4")
        case "kb4": d = try object.numbers(.d, counts: [4], meaning: "k1 k2 k3 k4")
        case "ftheta":
            d = try object.numbers(.d, counts: [2, 3, 4, 5, 6], meaning: "0, p1 to p5, pixels by powers of radians")
        default: d = try object.numbers(.d, counts: [5], meaning: "xi k1 k2 p1 p2")
        }
        guard let lens = CameraLens(name: model, coefficients: d, maximumAngle_rad: angle) else {
            throw line.problem(
                .badCalibration,
                at: try object.place(.d),
                found: "\(line.shown(try object.place(.d))) makes no lens of the model \(model)",
                advice: model == "ftheta"
                    ? "write the polynomial from angle to pixels: it begins with 0, and p1 is more than 0"
                    : "xi is 0 or more"
            )
        }
        let linear = object.has(.linear) ? try object.vector(.linear, meaning: "c, d, e") : SIMD3(1, 0, 0)
        return (lens, linear)
    }

    private static func intrinsics(
        _ camera: ManifestObject<ManifestCameraKey>,
        size: [Double],
        lens: CameraLens,
        linear: SIMD3<Double>,
        isCorner: Bool
    ) throws(DatasetProblem) -> [Double] {
        let place = try camera.place(.k)
        let shift = isCorner ? 0.5 : 0
        let matrix: [Double]
        if case .ftheta(let model) = lens.model {
            let k = try camera.numbers(.k, counts: [2], meaning: "cx, cy in pixels")
            matrix = model.intrinsics(linear: linear, principal: SIMD2(k[0] - shift, k[1] - shift))
        } else {
            let k = try camera.numbers(.k, counts: [4], meaning: "fx, fy, cx, cy in pixels")
            matrix = [k[0], 0, k[2] - shift, 0, k[1], k[3] - shift, 0, 0, 1]
        }
        if let flaw = IntrinsicsCheck.flaw(of: matrix, width: size[0], height: size[1]) {
            throw camera.line.problem(
                .badCalibration,
                at: place,
                found: "\(camera.line.shown(place)): \(flaw.found)",
                advice: flaw.advice
            )
        }
        return matrix
    }

    private static func shutter(_ camera: ManifestObject<ManifestCameraKey>) throws(DatasetProblem) {
        guard let place = camera.find(.shutter) else { return }
        let object = try ManifestObject<ManifestShutterKey>(camera.line, place)
        let directions = ["global", "topToBottom", "bottomToTop", "leftToRight", "rightToLeft"]
        if try object.choice(.direction, of: directions) == "global" {
            guard let readout = object.find(.readout) else { return }
            throw camera.line.problem(
                .unlikelyValue,
                at: readout,
                found: "a global shutter takes no time to read out",
                advice: "leave it out, or name the direction"
            )
        }
        _ = try object.integer(.readout, in: 1...slowestReadout_ns)
    }

    private static func isUnusual(_ camera: ManifestObject<ManifestCameraKey>) throws(DatasetProblem) -> Bool {
        guard let place = camera.find(.unusual) else { return false }
        guard case JSLKind.yes = JSLKind(camera.line, place) else {
            throw camera.line.wrongType(at: place, wanted: "true, or leave it out")
        }
        return true
    }
}
