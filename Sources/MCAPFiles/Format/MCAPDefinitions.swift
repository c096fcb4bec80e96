/// Schemas and channels, as they are found.
public struct MCAPDefinitions: Sendable {
    /// The schemas by their numbers.
    public private(set) var schemas: [UInt16: MCAPSchema] = [:]
    /// The channels by their numbers.
    public private(set) var channels: [UInt16: MCAPChannel] = [:]
    private var bytes = 0
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// Takes the content of a schema's or a channel's record; says so if it is another record.
    ///
    /// - Throws: `MCAPError` where a number stands for two things, or all together are too large.
    mutating func take(_ opcode: UInt8, _ content: ArraySlice<UInt8>) throws -> Bool {
        switch Opcode(rawValue: opcode) {
        case .schema:
            let schema = try MCAPSchema(content)
            guard schema.id != 0 else { throw MCAPError(.damaged, "schema '\(schema.name)' has the number 0") }
            if let earlier = schemas[schema.id] {
                guard earlier == schema else {
                    throw MCAPError(
                        .damaged,
                        "schema \(schema.id) is defined twice, as '\(earlier.name)' and as '\(schema.name)'"
                    )
                }
                return true
            }
            try count(content)
            schemas[schema.id] = schema
        case .channel:
            let channel = try MCAPChannel(content)
            if let earlier = channels[channel.id] {
                guard earlier == channel else {
                    throw MCAPError(
                        .damaged,
                        "channel \(channel.id) is defined twice, as '\(earlier.topic)' and as '\(channel.topic)'"
                    )
                }
                return true
            }
            try count(content)
            channels[channel.id] = channel
        default: return false
        }
        return true
    }

    private mutating func count(_ content: ArraySlice<UInt8>) throws {
        bytes += content.count
        guard bytes <= limit else {
            throw MCAPError(.tooLarge, "schemas and channels take more than \(limit) bytes")
        }
    }

    /// A channel with its schema; nil where it, or the schema that it names, is not known.
    func channel(_ id: UInt16) -> (channel: MCAPChannel, schema: MCAPSchema?)? {
        guard let channel = channels[id] else { return nil }
        guard channel.schemaID != 0 else { return (channel, nil) }
        return schemas[channel.schemaID].map { (channel, $0) }
    }
}
