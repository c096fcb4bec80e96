/// What a recording holds: topics, calibrations, frames, and what is wrong with it.
public struct RecordingSurvey: Sendable {
    /// How much is read.
    public enum Effort: Sendable {
        /// With a summary, some chunks all over the file; without one, everything, but only the first picture of a topic is decoded.
        case some
        /// Everything, every message decoded, every checksum judged.
        case everything
    }

    /// The topics by their names.
    public private(set) var topics: [RecordedTopic] = []
    /// How frames hang on each other.
    public private(set) var frames = FrameTree()
    /// The times of the first and last message, nanoseconds.
    public private(set) var times_ns: ClosedRange<Int64>?
    /// Chunks of each compression.
    public private(set) var chunks: [String: Int] = [:]
    /// How many chunks were unpacked.
    public private(set) var chunksRead = 0
    /// Where the file was cut; nil: it was not.
    public private(set) var cutPlace: Int?
    /// How many parts are damaged.
    public private(set) var damages = 0
    /// What is wrong with the first of them.
    public private(set) var firstDamages: [String] = []
    /// Whether everything was read.
    public private(set) var isComplete = true
    /// Whether the data section's checksum was judged; nil: the writer made none, or it was not asked for.
    public private(set) var dataChecksumHolds: Bool?

    /// The most damages that are told one by one.
    private static let toldDamages = 10
    /// The most chunks of each channel that are read where not all are.
    private static let sampledChunks = 24

    /// Looks through a recording.
    ///
    /// - Throws: whatever reading throws; what is wrong with the recording is part of the result.
    public init(_ file: MCAPFile, effort: Effort) throws {
        let chosen = effort == .some ? Self.sample(file) : nil
        isComplete = chosen == nil
        let pass = MCAPPass(file, chunks: chosen) { channel, schema in
            chosen == nil
                || MessageDecoder(messageEncoding: channel.messageEncoding, schemaName: schema?.name ?? "") != nil
        }
        var gathering = Gathering()
        while true {
            do {
                guard let message = try pass.next() else { break }
                gathering.take(message, &frames, decodesAll: effort == .everything)
            } catch let error as MCAPError {
                note(error)
                if error.kind == .cut { break }
            }
        }
        if let flaw = file.summaryFlaw { note(flaw) }
        if case .cut(let place) = pass.ending { cutPlace = place }
        if effort == .everything, case .whole(let dataEnd?) = pass.ending {
            do { dataChecksumHolds = try file.judgeDataChecksum(dataEnd: dataEnd) ? true : nil } catch let error
                as MCAPError
            {
                dataChecksumHolds = false
                note(error)
            }
        }
        chunksRead = pass.chunksRead.values.reduce(0, +)
        chunks = pass.chunksRead
        if let summary = file.summary, !isComplete {
            chunks = summary.chunks.reduce(into: [:]) { $0[$1.compression, default: 0] += 1 }
        }
        finish(gathering, pass.definitions, isComplete ? nil : file.summary?.statistics)
    }

    private mutating func note(_ error: MCAPError) {
        damages += 1
        if firstDamages.count < Self.toldDamages { firstDamages.append(error.description) }
    }

    /// Counts, of the summary where not everything was read.
    private mutating func finish(
        _ gathering: Gathering,
        _ definitions: MCAPDefinitions,
        _ statistics: MCAPStatistics?
    ) {
        var gathering = gathering
        for channel in definitions.channels.values {
            guard let (channel, schema) = definitions.channel(channel.id) else { continue }
            gathering.update(channel, schema) { topic in
                if let statistics { topic.messages += statistics.channelMessages[channel.id] ?? 0 }
            }
        }
        topics = gathering.topics.map { topic in
            var topic = topic
            if statistics == nil { topic.messages = topic.seen }
            return topic
        }.sorted { ($0.name, $0.schema) < ($1.name, $1.schema) }
        let seen = topics.compactMap(\.times_ns)
        times_ns = seen.map(\.lowerBound).min().map { $0...(seen.map(\.upperBound).max() ?? $0) }
        if let statistics { times_ns = statistics.messages == 0 ? nil : statistics.times_ns }
    }

    /// Chunks that show what every channel of a known type holds: its first, its last, and some between.
    ///
    /// Nil where the summary does not tell.
    private static func sample(_ file: MCAPFile) -> Set<Int>? {
        guard let summary = file.summary, let statistics = summary.statistics, !summary.chunks.isEmpty,
            !statistics.channelMessages.isEmpty, summary.chunks.allSatisfy({ !$0.channels.isEmpty })
        else { return nil }
        var places: [UInt16: [Int]] = [:]
        for chunk in summary.chunks {
            for channel in chunk.channels { places[channel, default: []].append(chunk.offset) }
        }
        // A channel that the summary does not define can only be found by reading.
        guard places.keys.allSatisfy({ summary.definitions.channel($0) != nil }) else { return nil }
        var chosen: Set<Int> = []
        for (id, places) in places {
            guard let (channel, schema) = summary.definitions.channel(id),
                MessageDecoder(messageEncoding: channel.messageEncoding, schemaName: schema?.name ?? "") != nil
            else { continue }
            let steps = min(places.count, sampledChunks)
            for step in 0..<steps { chosen.insert(places[steps == 1 ? 0 : step * (places.count - 1) / (steps - 1)]) }
        }
        return chosen
    }

    /// Topics on the way.
    private struct Gathering {
        private struct Key: Hashable {
            let topic: String
            let schema: String
            let encoding: String
        }

        private var byKey: [Key: RecordedTopic] = [:]
        var topics: [RecordedTopic] { Array(byKey.values) }

        mutating func update(_ channel: MCAPChannel, _ schema: MCAPSchema?, _ change: (inout RecordedTopic) -> Void) {
            let key = Key(topic: channel.topic, schema: schema?.name ?? "", encoding: channel.messageEncoding)
            change(&byKey[key, default: RecordedTopic(channel, schema)])
        }

        mutating func take(_ message: MCAPMessage, _ frames: inout FrameTree, decodesAll: Bool) {
            update(message.channel, message.schema) { topic in
                topic.see(logTime_ns: message.logTime_ns)
                guard let decoder = topic.decoder else { return }
                guard decodesAll || decoder.content != .image || topic.image == nil else { return }
                do {
                    let decoded = try decoder.decode(message.data)
                    if case .transforms(let transforms) = decoded { transforms.forEach { frames.take($0) } }
                    topic.take(decoded)
                } catch {
                    topic.failures += 1
                    if topic.firstFailure == nil { topic.firstFailure = "\(error), at \(message.reference)" }
                }
            }
        }
    }
}
