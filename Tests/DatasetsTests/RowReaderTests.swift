import NuScenesJSON
import TestSupport
import Testing

/// The C interface of the row reader.
@Suite struct RowReaderTests {
    /// Feeds text in pieces and collects what comes back.
    final class Feed {
        var bytes: ArraySlice<UInt8>
        let piece: Int
        var failAfter: Int?
        var texts: [String] = []
        var numbers: [[Double]] = []
        var inner: [UInt32] = []
        var integers: [Int64?] = []
        var offsets: [UInt64] = []
        var stopAt: Int?

        init(_ bytes: [UInt8], piece: Int) {
            self.bytes = bytes[...]
            self.piece = piece
        }

        func read(_ buffer: UnsafeMutableRawPointer, _ capacity: Int) -> Int {
            if let failAfter, bytes.startIndex >= failAfter { return -1 }
            let part = bytes.prefix(min(piece, capacity))
            buffer.copyMemory(from: Array(part), byteCount: part.count)
            bytes = bytes.dropFirst(part.count)
            return part.count
        }

        func take(_ row: nsj_row) -> Int32 {
            let values = UnsafeBufferPointer(start: row.values, count: 3)
            let text = UnsafeRawBufferPointer(start: values[0].text, count: values[0].text_length)
            texts.append(String(decoding: text, as: UTF8.self))
            numbers.append(
                withUnsafeBytes(of: values[1].numbers) {
                    Array($0.bindMemory(to: Double.self).prefix(Int(values[1].number_count)))
                }
            )
            inner.append(values[1].inner_count)
            integers.append(values[2].present != 0 ? values[2].integer : nil)
            offsets.append(row.offset)
            return texts.count == stopAt ? 1 : 0
        }
    }

    @discardableResult
    func scan(_ feed: Feed, window: Int = 64, limit: Int = 1 << 20) -> nsj_error {
        let names: [StaticString] = ["token", "v", "n"]
        let kinds = [NSJ_TEXT, NSJ_NUMBERS, NSJ_INTEGER]
        let fields = (0..<3).map { index in
            nsj_field(
                name: UnsafeRawPointer(names[index].utf8Start).assumingMemoryBound(to: CChar.self),
                name_length: names[index].utf8CodeUnitCount,
                kind: kinds[index],
                optional: index == 2 ? 1 : 0
            )
        }
        var error = nsj_error()
        let status = withExtendedLifetime(feed) {
            let context = Unmanaged.passUnretained(feed).toOpaque()
            return nsj_scan(
                { Unmanaged<Feed>.fromOpaque($0!).takeUnretainedValue().read($1!, $2) },
                context,
                fields,
                3,
                { Unmanaged<Feed>.fromOpaque($0!).takeUnretainedValue().take($1!.pointee) },
                context,
                window,
                limit,
                &error
            )
        }
        #expect(status == error.status)
        return error
    }

    @Test(arguments: [1, 2, 3, 7, 64, 65, 100_000])
    func rowsAreTheSameHoweverTheBytesArrive(piece: Int) {
        let text = """
             [ {"token" : "a\\"}\\\\", "v": [1, -2.5e-3, 0.1], "x": {"y": [[{"z": "]"}], null]}}
             , {"n":-7,"v":[[1,2],[3,4]],"token":"\\u00e9\u{2603}"},{"v":[],"n":null,"token":""}
            ]\n
            """
        let feed = Feed(Array(text.utf8), piece: piece)
        let error = scan(feed)
        #expect(error.status == NSJ_OK, "\(String(cString: error.found))")
        #expect(feed.texts == ["a\"}\\", "é\u{2603}", ""])
        #expect(feed.numbers == [[1, -2.5e-3, 0.1], [1, 2, 3, 4], []])
        #expect(feed.inner == [0, 2, 0])
        #expect(feed.integers == [nil, -7, nil])
        for offset in feed.offsets { #expect(Array(text.utf8)[Int(offset)] == UInt8(ascii: "{")) }
    }

    /// Found by fuzzing: in a row that is not JSON, the parser looks at what follows the row.
    @Test func aBrokenRowIsBrokenWhereverTheWindowIsCut() {
        let text = #"[{"token":"a","v":[0,2.5,-3e2]},{"toke":,na"""n"}}}}en}}}}}}}}u"#
        let first = scan(Feed(Array(text.utf8), piece: 1 << 16), window: 1 << 16)
        #expect(first.status != NSJ_OK && first.row == 1)
        for window in 64..<200 {
            let error = scan(Feed(Array(text.utf8), piece: 1 << 16), window: window)
            #expect(error.status == first.status && error.row == 1 && error.offset == first.offset, "\(window)")
        }
    }

    @Test func longRowsGrowTheWindowUpToTheLimit() {
        let long = String(repeating: "x", count: 50_000)
        let text = "[{\"token\":\"\(long)\",\"v\":[]},{\"token\":\"b\",\"v\":[]}]"
        let feed = Feed(Array(text.utf8), piece: 1_000)
        #expect(scan(feed).status == NSJ_OK)
        #expect(feed.texts == [long, "b"])
        let error = scan(Feed(Array(text.utf8), piece: 1_000), limit: 10_000)
        #expect(error.status == NSJ_ROW_TOO_LONG)
        #expect(error.row == 0 && error.offset == 1)
    }

    @Test func doublesAreReadExactly() {
        var random = SeededGenerator(seed: 42)
        var wanted: [Double] = [0, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 1.0 / 3.0]
        while wanted.count < 2_000 {
            let value = Double(bitPattern: random.next())
            if value.isFinite { wanted.append(value) }
        }
        let rows = wanted.map { "{\"token\":\"\",\"v\":[\($0)]}" }.joined(separator: ",\n")
        let feed = Feed(Array("[\(rows)]".utf8), piece: 4_096)
        #expect(scan(feed).status == NSJ_OK)
        #expect(feed.numbers.map { $0[0].bitPattern } == wanted.map(\.bitPattern), "seed \(random.seed)")
    }

    @Test func readingAndTakingCanStop() {
        let text = Array("[{\"token\":\"a\",\"v\":[]},{\"token\":\"b\",\"v\":[]}]".utf8)
        let failing = Feed(text, piece: 10)
        failing.failAfter = 20
        #expect(scan(failing).status == NSJ_READ_FAILED)
        let stopping = Feed(text, piece: 10)
        stopping.stopAt = 1
        let error = scan(stopping)
        #expect(error.status == NSJ_STOPPED)
        #expect(stopping.texts == ["a"])
    }

    @Test func wrongCallsAreRefused() {
        var error = nsj_error()
        #expect(nsj_scan(nil, nil, nil, 0, nil, nil, 0, 0, &error) == NSJ_BAD_CALL)
        #expect(nsj_scan(nil, nil, nil, 0, nil, nil, 0, 0, nil) == NSJ_BAD_CALL)
    }

    @Test func deepNestingIsRefused() {
        let deep = String(repeating: "[", count: 100_000)
        let error = scan(Feed(Array("[{\"token\":\(deep)".utf8), piece: 4_096))
        #expect(error.status == NSJ_SYNTAX)
        #expect(String(cString: error.found) == "brackets are nested more than 64 deep")
    }

    @Test(arguments: [
        ("[{\"token\":\"a\",\"v\":[1,[2]]}]", NSJ_WRONG_TYPE, 21),
        ("[{\"token\":\"a\",\"v\":[[1],[2,3]]}]", NSJ_WRONG_TYPE, 23),
        ("[{\"token\":\"a\",\"v\":[1,Infinity]}]", NSJ_BAD_NUMBER, 21),
        ("[{\"token\":\"a\",\"v\":[-Infinity]}]", NSJ_BAD_NUMBER, 19),
        ("[{\"token\":\"a\",\"v\":[01]}]", NSJ_BAD_NUMBER, 19), ("[{\"token\":\"a\",\"v\":[1,]}]", NSJ_WRONG_TYPE, 21),
        ("[{\"token\":\"\\q\",\"v\":[1]}]", NSJ_SYNTAX, 10), ("[{\"token\":\"a\" \"v\":[1]}]", NSJ_SYNTAX, 2),
        ("[{\"token\":\"a\",\"v\":[1],\"n\":1.5}]", NSJ_WRONG_TYPE, 26),
        ("[{\"token\":\"a\",\"v\":[1],\"n\":nope}]", NSJ_SYNTAX, 26),
        ("[{\"token\":\"a\",\"v\":[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]}]", NSJ_WRONG_TYPE, 51),
        ("[{\"token\":\"a\",\"v\":[1]},]", NSJ_SYNTAX, 23),
    ])
    func brokenRowsAreLocated(text: String, status: nsj_status, offset: UInt64) {
        let error = scan(Feed(Array(text.utf8), piece: 5))
        #expect(error.status == status, "\(text): \(String(cString: error.found))")
        #expect(error.offset == offset, "\(text): \(String(cString: error.found))")
    }
}
