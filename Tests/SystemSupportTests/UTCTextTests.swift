import Testing

@testable import SystemSupport

@Suite("Times as protocols write them")
struct UTCTextTests {
    @Test(
        "RFC 3339 with milliseconds",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1_772_357_213.5899, "2026-03-01T09:26:53.589Z"),
            (951_782_399.9999, "2000-02-28T23:59:59.999Z"), (-0.001, "1970-01-01T00:00:00.000Z"),
            (.infinity, "9999-12-31T23:59:59.000Z"), (-.infinity, "1970-01-01T00:00:00.000Z"),
            (.nan, "1970-01-01T00:00:00.000Z"),
        ] as [(Double, String)]
    )
    func rfc3339(seconds: Double, text: String) {
        #expect(UTCText.rfc3339(seconds: seconds) == text)
    }

    @Test("As HTTP has it")
    func http() {
        // The example of RFC 9110, 5.6.7.
        #expect(UTCText.http(seconds: 784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
    }
}
