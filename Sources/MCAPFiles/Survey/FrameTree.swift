/// The frames of a recording and how they hang on each other, gathered from transforms in any order.
///
/// Names lose a slash in front, which ROS 1 wrote and ROS 2 does not.
public struct FrameTree: Sendable {
    /// How one frame hangs on another.
    public struct Edge: Sendable {
        /// The frame that it hangs on.
        public let parent: String
        /// The frame.
        public let child: String
        /// The first transform that was seen.
        public let first: RecordedTransform
        /// How many transforms were seen.
        public fileprivate(set) var count = 0
        /// Whether they differ.
        public fileprivate(set) var moves = false
        /// Another frame that it hangs on, too, in other messages.
        public fileprivate(set) var otherParent: String?
    }

    /// The most frames that are kept.
    public static let limit = 4096

    private var byChild: [String: Edge] = [:]
    /// Whether there were more frames than are kept.
    public private(set) var isFull = false

    /// Makes an empty tree.
    public init() {}

    /// All edges, by the names of parents and children.
    public var edges: [Edge] { byChild.values.sorted { ($0.parent, $0.child) < ($1.parent, $1.child) } }

    /// Takes a transform.
    public mutating func take(_ transform: RecordedTransform) {
        let (parent, child) = (Self.name(transform.parent), Self.name(transform.child))
        guard byChild[child] != nil || byChild.count < Self.limit else {
            isFull = true
            return
        }
        var edge = byChild[child] ?? Edge(parent: parent, child: child, first: transform)
        if edge.parent != parent {
            edge.otherParent = parent
        } else {
            edge.count += 1
            edge.moves = edge.moves || Self.differ(edge.first, transform)
        }
        byChild[child] = edge
    }

    /// The edges from a frame up to its root; ends where it would come to a frame again.
    public func path(from frame: String) -> [Edge] {
        var (path, seen): ([Edge], Set<String>) = ([], [])
        var place = Self.name(frame)
        while seen.insert(place).inserted, let edge = byChild[place] {
            path.append(edge)
            place = edge.parent
        }
        return path
    }

    /// A frame's name without a slash in front.
    public static func name(_ frame: String) -> String { frame.hasPrefix("/") ? String(frame.dropFirst()) : frame }

    /// More than rounding: a micrometre, or a microradian.
    private static func differ(_ one: RecordedTransform, _ other: RecordedTransform) -> Bool {
        let distance = one.translation - other.translation
        let dot = (one.rotation * other.rotation).sum()
        // q and -q are the same rotation.
        let turned = one.rotation - (dot < 0 ? -other.rotation : other.rotation)
        return (distance * distance).sum() > 1e-12 || (turned * turned).sum() > 1e-12
    }
}
