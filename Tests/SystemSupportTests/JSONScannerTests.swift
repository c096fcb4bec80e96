import SystemSupport
import Testing

@Suite struct JSONScannerTests {
    /// What a step over a whole text finds: nil, or the flaw and its offset.
    private func flaw(_ text: String, anyWord: Bool = false) -> (JSONScanner.Flaw, Int)? {
        Array(text.utf8).withUnsafeBytes { bytes in
            var scanner = JSONScanner(bytes)
            do throws(JSONScanner.Flaw) {
                try scanner.skipValue(anyWord: anyWord)
                try scanner.finish()
                return nil
            } catch { return (error, scanner.place) }
        }
    }

    private func read<Value>(
        _ bytes: [UInt8],
        _ step: (inout JSONScanner) throws(JSONScanner.Flaw) -> Value
    ) throws -> Value {
        try bytes.withUnsafeBytes { bytes in
            var scanner = JSONScanner(bytes)
            return try step(&scanner)
        }
    }

    private func string(_ text: String) throws -> String {
        try read(Array(text.utf8)) { scanner throws(JSONScanner.Flaw) in try scanner.string() }
    }

    @Test func valuesAreSteppedOver() {
        for text in [#" {"a": [1, -0.5e+3, {}, []], "b\n": {"c": null}} "#, "true", "\"\"", "[[[ ]]]"] {
            #expect(flaw(text) == nil, "\(text)")
        }
        #expect(flaw("[NaN, -Infinity]", anyWord: true) == nil)
    }

    @Test(arguments: [
        ("[NaN]", JSONScanner.Flaw.noValue, 1), ("[1 2]", .missing("]"), 3), ("{\"a\" 1}", .missing(":"), 5),
        ("", .noValue, 0),
        ("{1:2}", .missing("\""), 1), ("[1}", .missing("]"), 2), ("[1,]", .noValue, 3), ("[01]", .noValue, 1),
        ("1 1", .trailingText, 2),
        ("\"a", .openString, 2), ("\"\\", .openString, 2), ("\"\\u12", .openString, 5), ("\"\\x\"", .unknownEscape, 2),
        ("\"\\u12g4\"", .noHexadecimal, 5), ("\"a\n\"", .controlCharacter, 2),
    ])
    func flawsHaveOffsets(text: String, wanted: JSONScanner.Flaw, place: Int) throws {
        let (found, offset) = try #require(flaw(text))
        #expect(found == wanted && offset == place)
    }

    @Test func depthIsBounded() {
        func nested(_ levels: Int) -> String {
            String(repeating: "[{\"a\":", count: levels / 2) + "1" + String(repeating: "}]", count: levels / 2)
        }
        #expect(flaw(nested(JSONScanner.mostLevels)) == nil)
        #expect(flaw(nested(JSONScanner.mostLevels + 2))?.0 == .tooDeep)
    }

    @Test func stringsAreRead() throws {
        #expect(try string(#""é\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\uDE00""#) == "é\"\\/\u{8}\u{C}\n\r\tAé😀")
        for half in [#""\ud83d""#, #""\ude00""#, #""\ud83d\u0041""#, #""\ud83dx""#] {
            #expect(throws: JSONScanner.Flaw.halfSurrogatePair) { try string(half) }
            #expect(flaw(half) == nil)
            for text in [half, "{\(half): 1}", "[{\"a\": \(half)}]"] {
                #expect(throws: JSONScanner.Flaw.halfSurrogatePair) {
                    try Array(text.utf8).withUnsafeBytes { bytes in
                        var scanner = JSONScanner(bytes, judgesEveryPair: true)
                        try scanner.skipValue()
                    }
                }
            }
        }
        #expect(throws: JSONScanner.Flaw.notUTF8) {
            try read([0x22, 0xFF, 0x22]) { scanner throws(JSONScanner.Flaw) in try scanner.string() }
        }
    }

    @Test func numbersAreRead() throws {
        func number(_ text: String) throws -> Double {
            try read(Array(text.utf8)) { scanner throws(JSONScanner.Flaw) in try scanner.number() }
        }
        func integer(_ text: String) throws -> Int {
            try read(Array(text.utf8)) { scanner throws(JSONScanner.Flaw) in try scanner.integer() }
        }
        #expect(try number(" -12.5e-1,") == -1.25 && number("0") == 0 && integer("12]") == 12)
        for text in ["01", ".5", "1.", "1e", "+1", "-", "0x1", "NaN", "", String(repeating: "1", count: 401)] {
            #expect(throws: JSONScanner.Flaw.noNumber, "\(text)") { try number(text) }
        }
        #expect(throws: JSONScanner.Flaw.numberOutOfRange) { try number("1e999") }
        for text in ["-1", "1.0", "1e2", ""] { #expect(throws: JSONScanner.Flaw.noNumber) { try integer(text) } }
        #expect(throws: JSONScanner.Flaw.numberOutOfRange) { try integer("9223372036854775808") }
    }
}
