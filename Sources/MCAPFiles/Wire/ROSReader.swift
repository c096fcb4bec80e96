/// Reads a ROS message field by field: CDR of ROS 2 (OMG's XCDR version 1, plain), or the serialization of ROS 1.
struct ROSReader {
    private let bytes: ArraySlice<UInt8>
    private var place: Int
    private let isBigEndian: Bool
    /// ROS 1 aligns nothing, ends no text with a zero byte, and counts messages in their headers.
    private let isROS1: Bool

    /// Begins behind the four bytes that say how the rest is written.
    init(cdr bytes: ArraySlice<UInt8>) throws {
        let head = Array(bytes.prefix(4))
        guard head.count == 4 else { throw Self.short }
        if head == [0x28, 0xB5, 0x2F, 0xFD] {
            throw MCAPError(
                .unsupported,
                "compressed by rosbag2, message by message; unpack the bag:"
                    + " rosbags-convert --src FOLDER --dst NEW --dst-storage mcap (pip install rosbags)"
            )
        }
        guard head[0] == 0, head[1] < 2 else {
            let kind = [head[0], head[1]].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            throw MCAPError(
                .unsupported,
                "written in the representation 0x\(kind) of CDR; plain CDR (0x0000, 0x0001) is read"
            )
        }
        self.bytes = bytes.dropFirst(4)
        place = self.bytes.startIndex
        isBigEndian = head[1] == 0
        isROS1 = false
    }

    init(ros1 bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        place = bytes.startIndex
        isBigEndian = false
        isROS1 = true
    }

    mutating func integer<Integer: FixedWidthInteger>(_: Integer.Type) throws -> Integer {
        let width = Integer.bitWidth / 8
        var cursor = RecordCursor(try take(width, alignment: width))
        let value = try cursor.integer(Integer.self)
        return isBigEndian ? value.byteSwapped : value
    }

    mutating func double() throws -> Double { Double(bitPattern: try integer(UInt64.self)) }

    mutating func doubles(_ count: Int) throws -> [Double] {
        var numbers: [Double] = []
        numbers.reserveCapacity(count)
        for _ in 0..<count { numbers.append(try double()) }
        return numbers
    }

    /// The count of a sequence, whose elements take at least so many bytes.
    mutating func count(elementBytes: Int, limit: Int) throws -> Int {
        let count = Int(try integer(UInt32.self))
        guard count <= (bytes.endIndex - place) / elementBytes else { throw Self.short }
        guard count <= limit else {
            throw MCAPError(.unreadableMessage, "a list of \(count), at most \(limit) are read")
        }
        return count
    }

    mutating func block() throws -> ArraySlice<UInt8> {
        let count = Int(try integer(UInt32.self))
        return try take(count, alignment: 1)
    }

    mutating func text() throws -> String {
        var content = try block()
        // Some writers leave the zero byte of an empty text out.
        if !isROS1, let last = content.last {
            guard last == 0 else { throw MCAPError(.unreadableMessage, "a text that no zero byte ends") }
            content = content.dropLast()
        }
        guard let text = String(validating: content, as: UTF8.self) else {
            throw MCAPError(.unreadableMessage, "a text that is not UTF-8")
        }
        return text
    }

    /// `std_msgs/Header`.
    mutating func header() throws -> (time_ns: Int64, frame: String) {
        if isROS1 { _ = try integer(UInt32.self) }
        let seconds = isROS1 ? Int64(try integer(UInt32.self)) : Int64(try integer(Int32.self))
        let time_ns = try MessageTime.nanoseconds(seconds: seconds, rest: Int64(try integer(UInt32.self)))
        return (time_ns, try text())
    }

    mutating func vector() throws -> SIMD3<Double> { SIMD3(try double(), try double(), try double()) }

    mutating func rotation() throws -> SIMD4<Double> {
        SIMD4(try double(), try double(), try double(), try double())
    }

    private mutating func take(_ count: Int, alignment: Int) throws -> ArraySlice<UInt8> {
        if !isROS1 {
            let offset = place - bytes.startIndex
            place = min(bytes.endIndex, place + (alignment - offset % alignment) % alignment)
        }
        guard count <= bytes.endIndex - place else { throw Self.short }
        place += count
        return bytes[(place - count)..<place]
    }

    private static let short = MCAPError(.unreadableMessage, "it ends inside a field")
}
