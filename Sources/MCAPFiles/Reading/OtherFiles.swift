/// Files that people take for recordings, known by their first bytes.
enum OtherFiles {
    /// How many bytes are looked at.
    static let headBytes = 16

    /// An error for a file that does not begin with the format's magic number.
    static func error(for head: [UInt8]) -> MCAPError {
        let whole = MCAPFormat.magic
        if head.starts(with: whole.prefix(5)), head.count > 5, head[5] != whole[5] {
            return MCAPError(.unsupported, "MCAP of version \(Character(Unicode.Scalar(head[5]))); version 0 is read")
        }
        if !head.isEmpty, head.count < whole.count, whole.starts(with: head) {
            return MCAPError(.cut, "the file ends at byte \(head.count), inside MCAP's magic number")
        }
        for (start, what) in known where head.starts(with: start) { return MCAPError(.notARecording, what) }
        return MCAPError(.notARecording, head.isEmpty ? "an empty file" : "no MCAP file: it begins with other bytes")
    }

    private static let known: [([UInt8], String)] = [
        (
            Array("SQLite format 3".utf8),
            "a ROS 2 bag in SQLite; make an MCAP of it: rosbags-convert --src FOLDER --dst NEW --dst-storage mcap"
                + " (pip install rosbags), where FOLDER holds the .db3 and its metadata.yaml"
        ),
        (
            Array("#ROSBAG V".utf8),
            "a ROS 1 bag; make an MCAP of it: rosbags-convert --src FILE.bag --dst NEW --dst-storage mcap"
                + " (pip install rosbags)"
        ),
        ([0x28, 0xB5, 0x2F, 0xFD], "a file compressed as a whole, as rosbag2 does it; unpack it: zstd -d FILE"),
        ([0x04, 0x22, 0x4D, 0x18], "a file compressed as a whole; unpack it: lz4 -d FILE"),
        ([0x1F, 0x8B], "a file compressed as a whole; unpack it: gunzip FILE"),
        (Array("RRF2".utf8), "a Rerun recording, which is not read"),
    ]
}
