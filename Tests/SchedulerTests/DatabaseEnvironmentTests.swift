import Foundation
import TestSupport
import Testing

@testable import CommandSupport

@Suite("The database's address in the environment")
struct DatabaseEnvironmentTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func address(file bytes: [UInt8]) throws -> DatabaseEnvironment.Address? {
        try folder.write("url", bytes)
        return try DatabaseEnvironment.address(in: ["OCC_DATABASE_URL_FILE": folder.file("url")])
    }

    @Test("A variable or a file gives it, without the line break at its end")
    func given() throws {
        let expected = DatabaseEnvironment.Address(text: "postgresql://db/occ", source: .environmentFile)
        for text in ["postgresql://db/occ", "postgresql://db/occ\n", " \n postgresql://db/occ\r\n\n"] {
            #expect(try address(file: Array(text.utf8)) == expected)
            let direct = try DatabaseEnvironment.address(in: ["OCC_DATABASE_URL": text, "OCC_DATABASE_URL_FILE": ""])
            #expect(direct == .init(text: "postgresql://db/occ", source: .environment))
        }
        for empty in [[:], ["OCC_DATABASE_URL": " \n"], ["OCC_DATABASE_URL_FILE": ""]] {
            #expect(try DatabaseEnvironment.address(in: empty) == nil)
        }
        #expect(DatabaseEnvironment.isGiven(in: ["OCC_DATABASE_URL_FILE": "/nowhere"]))
        #expect(!DatabaseEnvironment.isGiven(in: ["OCC_DATABASE_URL_FILE": "", "OCC_DATABASE_URL": ""]))
    }

    @Test("A secret of Kubernetes is a symbolic link")
    func link() throws {
        try folder.write("real", Array("host=db".utf8))
        try FileManager.default.createSymbolicLink(atPath: folder.file("link"), withDestinationPath: "real")
        let found = try DatabaseEnvironment.address(in: ["OCC_DATABASE_URL_FILE": folder.file("link")])
        #expect(found?.text == "host=db")
    }

    @Test("A file that holds no address is refused, and nothing of it is said")
    func refused() throws {
        for bytes: [UInt8] in [
            [], Array(" \n".utf8), Array("host=db password=secret\nhost=other".utf8), [0x73, 0xff, 0xfe],
            Array("secret\0".utf8), Array(repeating: UInt8(ascii: "s"), count: 70_000),
        ] {
            #expect {
                try address(file: bytes)
            } throws: { error in
                (error as? CommandFailure)?.status == .configuration && !"\(error)".contains("secret")
                    && "\(error)".contains(folder.file("url"))
            }
        }
        for path in [folder.path, folder.file("none"), "/dev/null"] {
            #expect(throws: (any Error).self) {
                try DatabaseEnvironment.address(in: ["OCC_DATABASE_URL_FILE": path])
            }
        }
        #expect {
            try DatabaseEnvironment.address(in: ["OCC_DATABASE_URL": "host=secret", "OCC_DATABASE_URL_FILE": "/x"])
        } throws: { error in
            "\(error)".contains("both set") && !"\(error)".contains("secret")
        }
    }
}
