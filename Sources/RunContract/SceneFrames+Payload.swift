public import Scenes

/// The bytes in which a scene's frames are stored for the workers.
///
/// Version 1, all values little-endian: magic `OCSF`, version (16 bits); name, token (texts: length 32 bits, UTF-8); count of mounts
/// (32 bits) and each: channel, width, height (32 bits each), intrinsics (9 doubles), sensor to ego (7 doubles); count of samples
/// and each: token, time (64 bits), count of cameras and each: index of the mount (32 bits), time, image path, ego to global
/// (7 doubles). A mount is what a scene's images of one camera share. Doubles keep their 64 bits, so everything is read back
/// exactly. The bytes are not compressed.
///
/// Version 2 adds, after the samples, where the lidar was: count of lidar mounts (32 bits) and each: sensor to ego; then for each
/// sample the index of its mount (32 bits) and ego to global, or 2^32 - 1 alone. A scene of which no sample has that is
/// written as version 1.
///
/// Version 3 is for other rigs than nuScenes': after a mount's sensor to ego its lens
/// (name, count of coefficients in 8 bits, coefficients, 1 and the largest angle or 0) and the path of its mask (empty: none); after an image's path
/// 0, 1 or 2 (a file; a message in a recording; one in a chunk of it), then offset, size and, of 2, the chunk (64 bits each), the message's type, and 1 and
/// the time that it says (64 bits) or 0. Lidar as in version 2, always there. A scene without any of these is written as version 1 or 2.
extension SceneFrames {
    /// The first bytes of every payload.
    private static let magic: UInt32 = 0x4653_434F
    /// The newest version that is written; all versions from 1 are read.
    public static let payloadVersion: UInt16 = 3
    /// Stands where a sample has no lidar pose.
    private static let noLidar = UInt32.max

    /// What all images of one camera in a scene share.
    private struct Mount {
        var channel: String
        var width: Int
        var height: Int
        var intrinsics: [Double]
        var sensorToEgo: RigidTransform
        var lens = CameraLens.none
        var maskPath: String?

        init(from reader: inout ByteReader, version: UInt16) throws(ByteReader.Failure) {
            channel = try reader.text32()
            width = Int(try reader.integer(UInt32.self))
            height = Int(try reader.integer(UInt32.self))
            intrinsics = []
            for _ in 0..<9 { intrinsics.append(try reader.finite()) }
            sensorToEgo = try reader.transform()
            guard version >= 3 else { return }
            lens = try SceneFrames.lens(&reader)
            let start = reader.offset
            let mask = try reader.text32()
            if mask.isEmpty { return }
            if let flaw = PlainName.flaw(ofRelativePath: mask) { throw ByteReader.Failure(offset: start, found: flaw) }
            maskPath = mask
        }
    }

    /// Encodes the scene as a payload; the same scene gives the same bytes.
    ///
    /// Every camera must have 9 intrinsics and an image of fewer than 2^32 pixels a side, as every resolved scene has.
    public func encodePayload() -> [UInt8] {
        // Keyed by the written bytes, not by the values: 0 and -0 are equal but must both be read back as they were.
        var indices: [[UInt8]: UInt32] = [:]
        var mounts: [[UInt8]] = []
        var mountOfCamera: [UInt32] = []
        let isExtended = hasOtherRig
        for camera in samples.lazy.flatMap(\.cameras) {
            let mount = Self.mountBytes(of: camera, isExtended: isExtended)
            if let index = indices[mount] {
                mountOfCamera.append(index)
            } else {
                mountOfCamera.append(UInt32(mounts.count))
                indices[mount] = UInt32(mounts.count)
                mounts.append(mount)
            }
        }
        var writer = ByteWriter()
        writer.append(Self.magic)
        let hasLidar = samples.contains { $0.lidar != nil }
        writer.append(UInt16(isExtended ? 3 : hasLidar ? 2 : 1))
        writer.append(text32: name)
        writer.append(text32: token)
        writer.append(UInt32(mounts.count))
        for mount in mounts { writer.append(contentsOf: mount) }
        var cameraIndex = 0
        writer.append(UInt32(samples.count))
        for sample in samples {
            writer.append(text32: sample.token)
            writer.append(sample.timestamp_us)
            writer.append(UInt32(sample.cameras.count))
            for camera in sample.cameras {
                writer.append(mountOfCamera[cameraIndex])
                cameraIndex += 1
                writer.append(camera.timestamp_us)
                writer.append(text32: camera.imagePath)
                if isExtended { Self.append(camera.recorded, to: &writer) }
                writer.append(camera.egoToGlobal)
            }
        }
        if hasLidar || isExtended { appendLidar(to: &writer) }
        return writer.bytes
    }

    private func appendLidar(to writer: inout ByteWriter) {
        var indices: [[UInt8]: UInt32] = [:]
        var mounts: [[UInt8]] = []
        let mountOfSample = samples.map { sample in
            sample.lidar.map { lidar -> UInt32 in
                var bytes = ByteWriter()
                bytes.append(lidar.sensorToEgo)
                if let index = indices[bytes.bytes] { return index }
                indices[bytes.bytes] = UInt32(mounts.count)
                mounts.append(bytes.bytes)
                return UInt32(mounts.count - 1)
            }
        }
        writer.append(UInt32(mounts.count))
        for mount in mounts { writer.append(contentsOf: mount) }
        for (sample, mount) in zip(samples, mountOfSample) {
            writer.append(mount ?? Self.noLidar)
            if let lidar = sample.lidar { writer.append(lidar.egoToGlobal) }
        }
    }

    private static func mountBytes(of camera: CameraFrame, isExtended: Bool) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(text32: camera.channel)
        writer.append(UInt32(clamping: camera.width))
        writer.append(UInt32(clamping: camera.height))
        for index in 0..<9 { writer.append(index < camera.intrinsics.count ? camera.intrinsics[index] : .nan) }
        writer.append(camera.sensorToEgo)
        guard isExtended else { return writer.bytes }
        writer.append(text32: camera.lens.name)
        let coefficients = camera.lens.coefficients
        writer.append(UInt8(coefficients.count))
        for number in coefficients { writer.append(number) }
        writer.append(UInt8(camera.lens.maximumAngle_rad == nil ? 0 : 1))
        if let angle = camera.lens.maximumAngle_rad { writer.append(angle) }
        writer.append(text32: camera.maskPath ?? "")
        return writer.bytes
    }

    /// Decodes a payload.
    ///
    /// Names and image paths are judged again, so that a damaged or forged payload cannot lead outside the dataset's root.
    ///
    /// - Parameter payload: what `encodePayload` gave.
    /// - Throws: the offset at which it stops making sense, and what was found there.
    public init(payload: [UInt8]) throws(ByteReader.Failure) {
        var reader = ByteReader(payload)
        try self.init(from: &reader)
    }

    private init(from reader: inout ByteReader) throws(ByteReader.Failure) {
        guard try reader.integer(UInt32.self) == Self.magic else {
            throw ByteReader.Failure(offset: 0, found: "it does not start with OCSF")
        }
        let version = try reader.integer(UInt16.self)
        guard (1...Self.payloadVersion).contains(version) else {
            throw ByteReader.Failure(
                offset: 4,
                found: "it is of version \(version) where 1 to \(Self.payloadVersion) are known"
            )
        }
        self.init(
            name: try Self.usableName(&reader, "scene name"),
            token: try reader.text32(),
            samples: []
        )
        var mounts: [Mount] = []
        for _ in 0..<(try reader.count32(eachAtLeast: 140)) {
            mounts.append(try Mount(from: &reader, version: version))
        }
        for _ in 0..<(try reader.count32(eachAtLeast: 16)) {
            var sample = SampleFrames(
                token: try Self.usableName(&reader, "sample token"),
                timestamp_us: try reader.integer(),
                cameras: []
            )
            for _ in 0..<(try reader.count32(eachAtLeast: 72)) {
                sample.cameras.append(try Self.camera(&reader, mounts: mounts, version: version))
            }
            samples.append(sample)
        }
        if version >= 2 { try readLidar(&reader) }
        guard reader.remaining == 0 else {
            throw ByteReader.Failure(offset: reader.offset, found: "\(reader.remaining) bytes follow the last sample")
        }
    }

    private mutating func readLidar(_ reader: inout ByteReader) throws(ByteReader.Failure) {
        var mounts: [RigidTransform] = []
        for _ in 0..<(try reader.count32(eachAtLeast: 56)) { mounts.append(try reader.transform()) }
        for index in samples.indices {
            let start = reader.offset
            let mount = try reader.integer(UInt32.self)
            if mount == Self.noLidar { continue }
            guard Int(mount) < mounts.count else {
                throw ByteReader.Failure(
                    offset: start,
                    found: "lidar mount \(mount) of \(mounts.count) is referred to"
                )
            }
            samples[index].lidar = LidarPose(sensorToEgo: mounts[Int(mount)], egoToGlobal: try reader.transform())
        }
    }

    private static func usableName(_ reader: inout ByteReader, _ what: String) throws(ByteReader.Failure) -> String {
        let start = reader.offset
        let name = try reader.text32()
        guard PlainName.isUsable(name) else {
            throw ByteReader.Failure(offset: start, found: "the \(what) cannot be used as a file name")
        }
        return name
    }

    private static func camera(
        _ reader: inout ByteReader,
        mounts: [Mount],
        version: UInt16
    ) throws(ByteReader.Failure) -> CameraFrame {
        let start = reader.offset
        let index = Int(try reader.integer(UInt32.self))
        guard index < mounts.count else {
            throw ByteReader.Failure(offset: start, found: "camera mount \(index) of \(mounts.count) is referred to")
        }
        let time: Int64 = try reader.integer()
        let pathStart = reader.offset
        let path = try reader.text32()
        if let flaw = PlainName.flaw(ofRelativePath: path) { throw ByteReader.Failure(offset: pathStart, found: flaw) }
        let mount = mounts[index]
        let recorded = version >= 3 ? try place(&reader) : nil
        return CameraFrame(
            channel: mount.channel,
            imagePath: path,
            width: mount.width,
            height: mount.height,
            timestamp_us: time,
            intrinsics: mount.intrinsics,
            sensorToEgo: mount.sensorToEgo,
            egoToGlobal: try reader.transform(),
            recorded: recorded,
            lens: mount.lens,
            maskPath: mount.maskPath
        )
    }
}
