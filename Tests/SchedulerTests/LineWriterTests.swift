import Foundation
import Testing

@testable import CommandSupport

/// Nobody who says something waits for a reader.
@Suite("The writer of standard error")
struct LineWriterTests {
    /// A pipe of the system's smallest size.
    private struct Pipe {
        let reader: Int32
        let writer: Int32

        init() throws {
            var ends: [Int32] = [0, 0]
            try #require(pipe(&ends) == 0)
            (reader, writer) = (ends[0], ends[1])
            // F_SETPIPE_SZ
            _ = fcntl(writer, 1031, 4096)
        }

        func read(_ count: Int) -> String {
            // What is not there in a moment is not on its way.
            var request = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
            guard poll(&request, 1, 50) == 1 else { return "" }
            var bytes = [UInt8](repeating: 0, count: count)
            let got = Foundation.read(reader, &bytes, count)
            return String(decoding: bytes.prefix(max(0, got)), as: UTF8.self)
        }

        func end() {
            close(reader)
            close(writer)
        }
    }

    @Test(
        "What finds no room is dropped and counted, the count is said when there is room again, and lines stay whole and in order"
    )
    func fullPipe() throws {
        let pipe = try Pipe()
        let writer = LineWriter(descriptor: pipe.writer, maximumBytes: 2000)
        // Goes on although nobody reads, until the pipe and the store are full and some more.
        var count = 0
        func say(_ lines: Int) {
            for number in count..<count + lines {
                writer.write("line \(number) \(String(repeating: "x", count: 90))\n")
            }
            count += lines
        }
        while writer.flush(seconds: 0.02) { say(50) }
        say(1000)
        #expect(!writer.flush(seconds: 0.02))
        var text = ""
        while !writer.flush(seconds: 0.01) { text += pipe.read(4096) }
        writer.write("after\n")
        #expect(writer.flush(seconds: 10))
        while !text.hasSuffix("after\n") { text += pipe.read(4096) }
        let lines = text.split(separator: "\n")
        let numbers = lines.compactMap { $0.hasPrefix("line ") ? Int($0.split(separator: " ")[1]) : nil }
        #expect(numbers == numbers.sorted() && Set(numbers).count == numbers.count)
        #expect(
            lines.filter { $0.hasPrefix("line ") }.allSatisfy { $0.hasSuffix(" " + String(repeating: "x", count: 90)) }
        )
        let dropped = lines.compactMap { line in
            line.contains("dropped here") ? Int(line.dropFirst().split(separator: " ")[0]) : nil
        }
        #expect(dropped.reduce(0, +) + numbers.count == count && dropped.reduce(0, +) > 900)
        pipe.end()
    }

    @Test("A reader that is gone, or a descriptor that takes nothing, holds nobody up")
    func noReader() throws {
        signal(SIGPIPE, SIG_IGN)
        let pipe = try Pipe()
        close(pipe.reader)
        let writer = LineWriter(descriptor: pipe.writer)
        for _ in 0..<100 { writer.write("to nobody\n") }
        #expect(writer.flush(seconds: 10))
        close(pipe.writer)
        let closed = LineWriter(descriptor: -1)
        closed.write("x")
        #expect(closed.flush(seconds: 10))
    }

    @Test("What a full disk refuses is counted, and said once it takes something again")
    func refusedByTheSystem() throws {
        let full = open("/dev/full", O_WRONLY)
        try #require(full >= 0)
        let writer = LineWriter(descriptor: full)
        for number in 0..<5 { writer.write("\(number)\n") }
        #expect(writer.flush(seconds: 10))
        // The same descriptor takes lines from now on.
        var ends: [Int32] = [0, 0]
        try #require(Foundation.pipe(&ends) == 0)
        try #require(dup2(ends[1], full) >= 0)
        writer.write("after\n")
        #expect(writer.flush(seconds: 10))
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(ends[0], &bytes, bytes.count)
        let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        #expect(text == "(5 lines were dropped here: they found no room)\nafter\n")
        for descriptor in [full, ends[0], ends[1]] { close(descriptor) }
    }

    @Test("A descriptor that somebody else made non-blocking gets every line")
    func nonBlocking() throws {
        let pipe = try Pipe()
        _ = fcntl(pipe.writer, F_SETFL, O_NONBLOCK)
        let writer = LineWriter(descriptor: pipe.writer)
        for number in 0..<2000 { writer.write("\(number)\n") }
        var text = ""
        while !text.hasSuffix("1999\n") { text += pipe.read(512) }
        #expect(text == (0..<2000).map { "\($0)\n" }.joined())
        pipe.end()
    }
}
