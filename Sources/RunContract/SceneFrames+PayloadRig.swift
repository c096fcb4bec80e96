internal import Scenes

/// What version 3 of a scene's payload tells of rigs that nuScenes does not have: lenses, masks, pictures inside recordings.
extension SceneFrames {
    /// Most coefficients that a lens has.
    private static let mostCoefficients = 16
    /// The longest name of a message's type, bytes.
    private static let mostTypeBytes = 200

    /// Whether only version 3 can say what the scene is.
    var hasOtherRig: Bool {
        samples.contains {
            $0.cameras.contains { $0.lens != .none || $0.maskPath != nil || $0.recorded != nil }
        }
    }

    static func append(_ place: RecordedPicture?, to writer: inout ByteWriter) {
        guard let place else {
            writer.append(UInt8(0))
            return
        }
        writer.append(UInt8(place.chunk == nil ? 1 : 2))
        writer.append(place.offset)
        writer.append(place.size)
        if let chunk = place.chunk { writer.append(chunk) }
        writer.append(text32: place.type)
        writer.append(UInt8(place.stamp_ns == nil ? 0 : 1))
        if let stamp = place.stamp_ns { writer.append(stamp) }
    }

    static func place(_ reader: inout ByteReader) throws(ByteReader.Failure) -> RecordedPicture? {
        let start = reader.offset
        let form = try reader.integer(UInt8.self)
        guard form > 0 else { return nil }
        let offset: Int64 = try reader.integer()
        let size: Int64 = try reader.integer()
        let chunk: Int64? = form == 2 ? try reader.integer() : nil
        guard form <= 2, offset >= 0, size > 0, chunk ?? 0 >= 0 else {
            throw ByteReader.Failure(offset: start, found: "the place in a recording makes no sense")
        }
        let type = try reader.text32()
        guard (1...mostTypeBytes).contains(type.utf8.count) else {
            throw ByteReader.Failure(offset: start, found: "a type of message of \(type.utf8.count) bytes")
        }
        let stamp_ns: Int64? = try reader.integer(UInt8.self) > 0 ? try reader.integer() : nil
        return RecordedPicture(chunk: chunk, offset: offset, size: size, type: type, stamp_ns: stamp_ns)
    }

    static func lens(_ reader: inout ByteReader) throws(ByteReader.Failure) -> CameraLens {
        let start = reader.offset
        let name = try reader.text32()
        let count = Int(try reader.integer(UInt8.self))
        guard count <= mostCoefficients else {
            throw ByteReader.Failure(offset: start, found: "a lens has \(count) coefficients")
        }
        var coefficients: [Double] = []
        for _ in 0..<count { coefficients.append(try reader.finite()) }
        let angle = try reader.integer(UInt8.self) > 0 ? try reader.finite() : nil
        guard let lens = CameraLens(name: name, coefficients: coefficients, maximumAngle_rad: angle) else {
            throw ByteReader.Failure(offset: start, found: "\(count) numbers make no lens of the name it has")
        }
        return lens
    }
}
