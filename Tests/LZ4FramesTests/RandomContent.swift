import TestSupport

extension SeededGenerator {
    /// Bytes that compress in part: runs and noise.
    mutating func content(bytes: Int) -> [UInt8] {
        var content: [UInt8] = []
        while content.count < bytes {
            let run = min(Int(next() % 1000) + 1, bytes - content.count)
            if next() % 2 == 0 {
                content += [UInt8](repeating: UInt8(truncatingIfNeeded: next()), count: run)
            } else {
                for _ in 0..<run { content.append(UInt8(truncatingIfNeeded: next())) }
            }
        }
        return content
    }
}
