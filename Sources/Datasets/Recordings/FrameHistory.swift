internal import MCAPFiles
internal import Scenes

/// How frames hung on each other, by time.
struct FrameHistory {
    /// The edges between two frames: from each up to the frame that both hang on, by their lower frames.
    struct Way {
        fileprivate var up: [String]
        fileprivate var down: [String]
    }

    private struct Edge {
        let parent: String
        let first: RigidTransform
        var moves = false
        var otherParent: String?
        var timeline = PoseTimeline()
    }

    /// The most transforms that are kept.
    private static let limit = 20_000_000

    private var edges: [String: Edge] = [:]
    private var count = 0

    /// Takes a transform.
    mutating func add(_ transform: RecordedTransform, time_ns: Int64) throws(LogImportError) {
        let (parent, child) = (FrameTree.name(transform.parent), FrameTree.name(transform.child))
        let pose = transform.pose
        count += 1
        guard edges.count < FrameTree.limit, count <= Self.limit else {
            throw LogImportError(
                "more than \(FrameTree.limit) frames or \(Self.limit) transforms; import the recording in parts"
            )
        }
        var edge = edges.removeValue(forKey: child) ?? Edge(parent: parent, first: pose)
        if edge.parent == parent {
            edge.moves = edge.moves || Self.differ(edge.first, pose)
            edge.timeline.add(time_ns, pose)
        } else {
            edge.otherParent = parent
        }
        edges[child] = edge
    }

    /// Brings everything into the order of time.
    mutating func sort() {
        for child in edges.keys { edges[child]?.timeline.sort() }
    }

    /// The way from one frame to another.
    ///
    /// - Throws: where they do not hang together, or a frame between them hangs on two.
    func way(from frame: String, to other: String) throws(LogImportError) -> Way {
        let (mine, others) = (roots(of: frame), roots(of: other))
        guard let meeting = mine.first(where: { others.contains($0) }) else {
            throw LogImportError(
                "the frames '\(frame)' and '\(other)' do not hang together: '\(frame)' hangs on"
                    + " \(mine.dropFirst().map { "'\($0)'" }.joined(separator: ", ")), '\(other)' on"
                    + " \(others.dropFirst().map { "'\($0)'" }.joined(separator: ", ")) and nothing else;"
                    + " is a transform missing, or in another file?"
            )
        }
        let way = Way(up: Array(mine.prefix { $0 != meeting }), down: Array(others.prefix { $0 != meeting }))
        for child in way.up + way.down {
            guard let edge = edges[child], let second = edge.otherParent else { continue }
            throw LogImportError(
                "the frame '\(child)' hangs on '\(edge.parent)' and on '\(second)': which of them is meant is not known;"
                    + " record or convert with one of them"
            )
        }
        return way
    }

    /// Takes points from the one end of a way to the other, where nothing on it moves.
    func fixed(_ way: Way) throws(LogImportError) -> RigidTransform {
        if let child = (way.up + way.down).first(where: { edges[$0]?.moves == true }) {
            throw LogImportError(
                "the frame '\(child)' moves in '\(edges[child]?.parent ?? "")', and cameras must not move on the vehicle;"
                    + " is the right frame named as egoFrame?"
            )
        }
        return Self.chain(way.up.compactMap { edges[$0]?.first }, way.down.compactMap { edges[$0]?.first })
    }

    /// Takes points from the one end of a way to the other at a time.
    func pose(_ way: Way, at time_ns: Int64, mostGap_ns: Int64) -> PoseTimeline.Found {
        var found: [RigidTransform] = []
        for child in way.up + way.down {
            guard let edge = edges[child] else { return .outside }
            guard edge.moves else {
                found.append(edge.first)
                continue
            }
            let one = edge.timeline.pose(at: time_ns, mostGap_ns: mostGap_ns)
            guard case .pose(let pose) = one else { return one }
            found.append(pose)
        }
        return .pose(Self.chain(Array(found.prefix(way.up.count)), Array(found.dropFirst(way.up.count))))
    }

    /// The times that all moving parts of a way are known for; nil where none moves.
    func range_ns(_ way: Way) -> ClosedRange<Int64>? {
        let ranges = (way.up + way.down).compactMap { edges[$0] }.filter(\.moves).compactMap(\.timeline.range_ns)
        guard let first = ranges.map(\.lowerBound).max(), let last = ranges.map(\.upperBound).min() else { return nil }
        return min(first, last)...last
    }

    /// A frame and those that it hangs on, up to the root; ends where it would come to a frame again.
    private func roots(of frame: String) -> [String] {
        var (found, seen): ([String], Set<String>) = ([], [])
        var place = FrameTree.name(frame)
        while seen.insert(place).inserted {
            found.append(place)
            guard let edge = edges[place] else { break }
            place = edge.parent
        }
        return found
    }

    /// Of one transform that transform itself, to the bit.
    private static func chain(_ up: [RigidTransform], _ down: [RigidTransform]) -> RigidTransform {
        func product(_ parts: [RigidTransform]) -> RigidTransform? {
            parts.dropFirst().reduce(parts.first) { $1.after($0 ?? .identity) }
        }
        guard let back = product(down)?.inverse else { return product(up) ?? .identity }
        return product(up).map { back.after($0) } ?? back
    }

    /// More than rounding: a micrometre, or a microradian.
    private static func differ(_ one: RigidTransform, _ other: RigidTransform) -> Bool {
        let way = one.translation - other.translation
        let (p, q) = (one.rotation, other.rotation)
        let parts = (SIMD4(p.w, p.x, p.y, p.z), SIMD4(q.w, q.x, q.y, q.z))
        // q and -q are the same rotation.
        let turned = parts.0 - ((parts.0 * parts.1).sum() < 0 ? -parts.1 : parts.1)
        return (way * way).sum() > 1e-12 || (turned * turned).sum() > 1e-12
    }
}

extension RecordedTransform {
    /// The transform in the words of datasets.
    var pose: RigidTransform { RigidTransform(translation: translation, recorded: rotation) }
}

extension RigidTransform {
    /// A translation with a rotation as x, y, z, w.
    init(translation: SIMD3<Double>, recorded rotation: SIMD4<Double>) {
        self.init(
            translation: translation,
            rotation: Quaternion(w: rotation.w, x: rotation.x, y: rotation.y, z: rotation.z)
        )
    }
}
