/// A protobuf time as it is read: seconds and nanoseconds.
struct FoxgloveTime {
    private var seconds: Int64 = 0
    private var rest: Int64 = 0

    mutating func take(_ field: ProtobufReader.Field) throws {
        try ProtobufReader.read(try field.bytes()) { part in
            switch part.number {
            case 1: seconds = Int64(bitPattern: try part.varint())
            case 2: rest = Int64(bitPattern: try part.varint())
            default: break
            }
        }
    }

    func nanoseconds() throws -> Int64 { try MessageTime.nanoseconds(seconds: seconds, rest: rest) }
}

/// A translation and a rotation as they are read; what is left out is no movement.
struct FoxglovePose {
    private var translation = SIMD3<Double>.zero
    private var rotation: SIMD4<Double>?

    init() {}

    init(ros reader: inout ROSReader) throws {
        translation = try reader.vector()
        rotation = try reader.rotation()
    }

    mutating func takeTranslation(_ field: ProtobufReader.Field) throws {
        try ProtobufReader.read(try field.bytes()) { part in
            if (1...3).contains(part.number) { translation[Int(part.number) - 1] = try part.double() }
        }
    }

    mutating func takeRotation(_ field: ProtobufReader.Field) throws {
        var found = rotation ?? .zero
        try ProtobufReader.read(try field.bytes()) { part in
            if (1...4).contains(part.number) { found[Int(part.number) - 1] = try part.double() }
        }
        rotation = found
    }

    mutating func takeTranslation(_ json: inout MessageJSON) throws(MCAPError) {
        let parts = try json.parts(["x", "y", "z"])
        translation = SIMD3(parts[0], parts[1], parts[2])
    }

    mutating func takeRotation(_ json: inout MessageJSON) throws(MCAPError) {
        let parts = try json.parts(["x", "y", "z", "w"])
        rotation = SIMD4(parts[0], parts[1], parts[2], parts[3])
    }

    /// The parts, if they are finite and the rotation has the length 1.
    func judged() throws(MCAPError) -> (SIMD3<Double>, SIMD4<Double>) {
        let rotation = rotation ?? SIMD4(0, 0, 0, 1)
        let length = (rotation * rotation).sum().squareRoot()
        guard abs(length - 1) <= 1e-3 else {
            throw MCAPError(.unreadableMessage, "a rotation of length \(length) where 1 belongs")
        }
        guard (0..<3).allSatisfy({ translation[$0].isFinite }) else {
            throw MCAPError(.unreadableMessage, "a translation that is not finite")
        }
        return (translation, rotation)
    }
}
