@testable import MCAPFiles

/// Small recordings of our own, and what passes give of them.
enum Recording {
    static let start_ns: Int64 = 1_700_000_000_000_000_000

    /// Two topics in turn, `/a` with a schema and `/b` without one; message n holds n + 20 bytes.
    static func make(
        _ compression: ChunkCompression = .zstd,
        messages: Int = 12,
        chunkBytes: Int = 150
    ) throws -> [UInt8] {
        let sink = MCAPMemorySink()
        let writer = try MCAPWriter(sink, profile: "p", compression: compression, chunkBytes: chunkBytes)
        let schema = try writer.addSchema(name: "A", encoding: "jsonschema", data: Array("{}".utf8))
        let a = try writer.addChannel(
            topic: "/a",
            schema: schema,
            messageEncoding: "json",
            metadata: ["k": "v", "j": ""]
        )
        let b = try writer.addChannel(topic: "/b", schema: 0, messageEncoding: "json")
        for index in 0..<messages {
            let data = [UInt8](repeating: UInt8(truncatingIfNeeded: index), count: 20 + index)
            try writer.write(
                data,
                channel: index % 2 == 0 ? a : b,
                logTime_ns: start_ns + Int64(index),
                publishTime_ns: 5
            )
        }
        try writer.finish()
        return sink.bytes
    }

    /// A car with one camera: picture, calibration, transform of the camera, and the car's way, at each of some moments.
    static func drive(
        moments: Int = 4,
        compression: ChunkCompression = .lz4,
        chunkBytes: Int = 1000,
        changes: (_ moment: Int, _ picture: inout RecordedImage, _ calibration: inout RecordedCalibration) -> Void = {
            _,
            _,
            _ in
        }
    ) throws -> [UInt8] {
        let sink = MCAPMemorySink()
        let writer = try MCAPWriter(sink, compression: compression, chunkBytes: chunkBytes)
        func channel(_ topic: String, _ schema: FoxgloveSchema) throws -> UInt16 {
            try writer.addChannel(
                topic: topic,
                schema: try writer.add(schema),
                messageEncoding: FoxgloveSchema.messageEncoding
            )
        }
        let images = try channel("/front/image", .compressedImage)
        let calibrations = try channel("/front/calibration", .cameraCalibration)
        let fixed = try channel("/tf_static", .frameTransforms)
        let moving = try channel("/tf", .frameTransform)
        for moment in 0..<moments {
            let time = start_ns + Int64(moment) * 100_000_000
            var picture = RecordedImage(time_ns: time, frame: "front", format: "jpeg", data: [0xFF, 0xD8, 0xFF, 0xE0])
            var calibration = RecordedCalibration(time_ns: time, frame: "/front", width: 16, height: 8)
            calibration.k = [300, 0, 8, 0, 300, 4, 0, 0, 1]
            changes(moment, &picture, &calibration)
            try writer.write(picture.protobuf, channel: images, logTime_ns: time)
            try writer.write(calibration.protobuf, channel: calibrations, logTime_ns: time)
            let mount = transform("base_link", "front", x: 1.5, time)
            try writer.write(RecordedTransform.protobuf([mount]), channel: fixed, logTime_ns: time)
            try writer.write(
                transform("map", "base_link", x: Double(moment), time).protobuf,
                channel: moving,
                logTime_ns: time
            )
        }
        try writer.finish()
        return sink.bytes
    }

    static func transform(_ parent: String, _ child: String, x: Double, _ time_ns: Int64 = start_ns)
        -> RecordedTransform
    {
        RecordedTransform(
            time_ns: time_ns,
            parent: parent,
            child: child,
            translation: SIMD3(x, 0, 0),
            rotation: SIMD4(0, 0, 0, 1)
        )
    }

    static func open(_ bytes: [UInt8], limits: MCAPLimits = MCAPLimits()) throws -> MCAPFile {
        try MCAPFile(bytes: MCAPMemoryBytes(bytes), limits: limits)
    }

    /// What a pass gives: messages, errors, and how it ended.
    struct Result {
        var messages: [MCAPMessage] = []
        var errors: [MCAPError] = []
        var ending: MCAPPass.Ending?
    }

    static func read(_ file: MCAPFile, topics: Set<String>? = nil) throws -> Result {
        var result = Result()
        let pass = MCAPPass(file) { channel, _ in topics?.contains(channel.topic) ?? true }
        while result.errors.count < 100 {
            do {
                guard let message = try pass.next() else { break }
                result.messages.append(message)
            } catch let error as MCAPError {
                result.errors.append(error)
            }
        }
        result.ending = pass.ending
        return result
    }
}

/// A message without the places that differ between files.
struct PlainMessage: Equatable {
    let topic: String
    let time_ns: Int64
    let data: [UInt8]

    init(_ message: MCAPMessage) {
        topic = message.channel.topic
        time_ns = message.logTime_ns
        data = Array(message.data)
    }
}
