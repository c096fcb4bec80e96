/// A dependency of one thing on another.
struct Arrow: Hashable, Comparable, CustomStringConvertible {
    var from: String
    var to: String

    init(_ from: String, _ to: String) { (self.from, self.to) = (from, to) }

    var description: String { "\(from) → \(to)" }

    static func < (one: Arrow, other: Arrow) -> Bool { (one.from, one.to) < (other.from, other.to) }
}

/// Groups of things that all reach each other, each sorted.
func knots(_ arrows: Set<Arrow>) -> [[String]] {
    var next: [String: Set<String>] = [:]
    for arrow in arrows { next[arrow.from, default: []].insert(arrow.to) }
    func reached(from start: String) -> Set<String> {
        var (seen, waiting): (Set<String>, [String]) = ([], [start])
        while let place = waiting.popLast() {
            for other in next[place, default: []] where seen.insert(other).inserted { waiting.append(other) }
        }
        return seen
    }
    let reach = Dictionary(uniqueKeysWithValues: next.keys.map { ($0, reached(from: $0)) })
    let groups = reach.keys.filter { reach[$0]!.contains($0) }.map { start in
        reach[start]!.filter { reach[$0]?.contains(start) == true }.sorted()
    }
    return Set(groups).sorted { $0[0] < $1[0] }
}

/// Compares what was found with a list of what is known and may only shrink: what is new, and what is gone but still listed.
func changes<Item: Hashable & Comparable>(_ found: Set<Item>, known: Set<Item>) -> [String] {
    found.subtracting(known).sorted().map { "new: \($0)" }
        + known.subtracting(found).sorted().map { "gone, so take it off the list: \($0)" }
}
