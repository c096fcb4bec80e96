import Testing

@testable import HTTPService

@Suite("Addresses to listen at")
struct ListenAddressTests {
    @Test(
        "Numeric addresses, localhost and a port alone are taken",
        arguments: [
            ("127.0.0.1:9464", "127.0.0.1:9464", true), ("9464", "127.0.0.1:9464", true),
            ("localhost:0", "127.0.0.1:0", true), ("[::1]:65535", "[::1]:65535", true),
            ("0.0.0.0:1", "0.0.0.0:1", false), ("[::]:1", "[::]:1", false), ("10.1.2.3:80", "10.1.2.3:80", false),
        ]
    )
    func taken(text: String, shown: String, isLoopback: Bool) throws {
        let address = try ListenAddress(text)
        #expect(address.description == shown && address.isLoopback == isLoopback)
    }

    @Test(
        "Anything else is refused with what to write",
        arguments: [
            "", ":9464", "*:9464", "worker-1.local:9464", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
            "127.0.0.1:+1", "::1:9464", "[::1]", "[127.0.0.1]:1", "[]:1", "1.2.3:4", "127.0.0.1:9464 ",
            "http://127.0.0.1:1",
        ]
    )
    func refused(text: String) {
        #expect { try ListenAddress(text) } throws: {
            "\($0)".contains("'\(text)'") && "\($0)".contains("127.0.0.1:9464")
        }
    }
}
