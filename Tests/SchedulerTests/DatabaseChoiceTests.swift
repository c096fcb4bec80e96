import CommandSupport
import Testing

/// The one rule by which every command finds its database.
@Suite("Which database")
struct DatabaseChoiceTests {
    private func choice(
        _ option: String?,
        _ environment: String?,
        output: String? = "/out",
        hasPrivate: Bool,
        _ use: DatabaseChoice.Use
    ) throws -> DatabaseChoice {
        try DatabaseChoice.resolve(
            option: option,
            environment: environment,
            output: output,
            hasPrivateDatabase: hasPrivate,
            use: use
        )
    }

    @Test("The option decides, whatever else is there")
    func option() throws {
        for environment in [nil, "e"] {
            for use in [DatabaseChoice.Use.makes, .finds, .never] {
                #expect(try choice("u", environment, hasPrivate: true, use) == .given("u", by: .option))
            }
            for use in [DatabaseChoice.Use.makes, .finds] {
                #expect(try choice("private", environment, hasPrivate: true, use) == .privateServer(ofOutput: "/out"))
            }
        }
        #expect(throws: CommandFailure.self) { try choice("private", nil, hasPrivate: true, .never) }
        #expect(throws: CommandFailure.self) { try choice("private", nil, output: nil, hasPrivate: false, .finds) }
        #expect(throws: CommandFailure.self) { try choice("private", nil, hasPrivate: false, .finds) }
        #expect(try choice("private", "e", hasPrivate: false, .makes) == .privateServer(ofOutput: "/out"))
    }

    @Test("The environment decides, but not over a folder that has a database of its own")
    func environment() throws {
        for use in [DatabaseChoice.Use.makes, .finds, .never] {
            #expect(try choice(nil, "e", hasPrivate: false, use) == .given("e", by: .environment))
            #expect(try choice(nil, "e", output: nil, hasPrivate: false, use) == .given("e", by: .environment))
        }
        #expect(try choice(nil, "e", hasPrivate: true, .never) == .given("e", by: .environment))
        for use in [DatabaseChoice.Use.makes, .finds] {
            #expect {
                try choice(nil, "secret-of-the-address", hasPrivate: true, use)
            } throws: { error in
                let failure = error as? CommandFailure
                let text = failure?.description ?? ""
                return failure?.status == .configuration && text.contains("--database private")
                    && !text.contains("secret-of-the-address")
            }
        }
    }

    @Test("Without either it is the folder's own; only run and rebuild make one")
    func own() throws {
        for environment in [nil, ""] {
            #expect(try choice(nil, environment, hasPrivate: true, .finds) == .privateServer(ofOutput: "/out"))
            #expect(try choice(nil, environment, hasPrivate: false, .makes) == .privateServer(ofOutput: "/out"))
            #expect(throws: CommandFailure.self) { try choice(nil, environment, hasPrivate: false, .finds) }
            #expect(throws: CommandFailure.self) { try choice(nil, environment, hasPrivate: true, .never) }
            #expect(throws: CommandFailure.self) {
                try choice(nil, environment, output: nil, hasPrivate: false, .makes)
            }
        }
    }

    @Test("What was chosen is said, without the address's secrets")
    func explanation() {
        #expect(
            DatabaseChoice.given("host=db password=x", by: .environment).explanation(place: "host=db")
                == "database: host=db (OCC_DATABASE_URL)"
        )
        #expect(
            DatabaseChoice.given("u", by: .environmentFile).explanation(place: "host=db")
                == "database: host=db (OCC_DATABASE_URL_FILE)"
        )
        #expect(
            DatabaseChoice.given("u", by: .option).explanation(place: "host=db") == "database: host=db (--database)"
        )
        #expect(DatabaseChoice.privateServer(ofOutput: "/out").explanation(place: "").contains("'/out'"))
    }
}
