/// Finds what a misspelt name may have been meant to be.
enum NearestName {
    private static let longest = 64

    /// The name among `known` that is nearest to one by insertions, deletions, exchanges and swaps of letters, if it is near: at most a third of the
    /// letters, case not counted.
    static func of(_ name: String, in known: [String]) -> String? {
        let letters = Array(name.lowercased().utf8.prefix(longest))
        let rated = known.map { ($0, distance(letters, Array($0.lowercased().utf8.prefix(longest)))) }
        guard let best = rated.min(by: { $0.1 < $1.1 }), best.1 <= max(1, letters.count / 3) else { return nil }
        return best.0
    }

    /// "did you mean …", or what there is.
    static func advice(_ name: String, in known: [String]) -> String {
        if let nearest = of(name, in: known) { return "did you mean \"\(nearest)\"?" }
        return "known here: \(known.prefix(40).joined(separator: ", "))"
    }

    /// Edit distance with swaps of neighbours (Damerau 1964, optimal string alignment).
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var before: [Int] = []
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var best = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, before[j - 1] + 1) }
                row.append(best)
            }
            before = last
            last = row
        }
        return last[b.count]
    }
}
