import Foundation
import Testing

@testable import PostgresClient

@Suite struct ConfigurationTests {
    @Test(arguments: [
        "postgresql://anna:s3cret@db.example:6432/occ?application_name=x",
        "host=db.example port=6432 dbname=occ user=anna password=s3cret",
    ])
    func describesWithoutThePassword(text: String) throws {
        let configuration = try PostgresConfiguration(connectionString: text)
        #expect(configuration.description == "host=db.example port=6432 dbname=occ user=anna")
    }

    @Test(arguments: [
        "postgresql://anna:s3cret@[db/occ", "host=x s3cret", "password='s3cret", "postgresql://anna:s3@cret@host/db",
        "postgresql://a:s3cret@h/db?nosuch=1",
    ])
    func refusesNonsenseWithoutRepeatingIt(text: String) {
        let error = #expect(throws: PostgresError.self) { try PostgresConfiguration(connectionString: text) }
        #expect(error?.kind == .usage)
        #expect(error?.description.contains("cret") == false)
    }

    /// Passwords that are not encoded: wherever libpq would put their pieces, the address is refused and nothing of it is repeated.
    @Test(arguments: [
        "postgresql://sp:Sec/ret@127.0.0.1:1/occ", "postgresql://sp:Sec/ret:x9@127.0.0.1:1/occ",
        "postgresql://sp:12/Secret@h/occ", "postgresql://sp:/Secret@h/occ",
        "postgresql://sp:Sec@ret#w%r/d:x@127.0.0.1:1/occ",
        "postgresql://sp:Sec@ret#w/d:x@127.0.0.1:1/occ", "postgresql://sp:Sec?ret@h/occ",
        "postgresql://sp:1?user=Secret@h/occ",
        "postgresql://sp:1?host=Secret@h/occ", "postgresql://sp:Sec@r:et@h/occ", "postgresql://sp:Sec@r,et@h/occ",
        "postgresql://Sec@ret:pw@h/occ", "postgresql://Sec/ret:pw@h/occ", "postgresql://sp:Sec%ret@h/occ",
        "postgresql://sp:x@h:70000/Secret", "postgresql://sp:x@h:0/Secret",
        "host=h port=Secret", "dbname=postgresql://sp:Secret@h/occ", "sp:Secret@h/occ",
        "postgresql://sp:Sec\nret@h/occ",
        "mysql://sp:Secret@h/occ?x=1", "host=h password=Sec ret",
        "host=h keepalives_idle=Secret", "host=h connect_timeout=Secret",
    ])
    func refusesWhatAPasswordTookApart(text: String) {
        let error = #expect(throws: PostgresError.self, "\(text)") { try PostgresConfiguration(connectionString: text) }
        #expect(error?.kind == .usage && error?.remedy == .refused)
        for piece in ["Sec", "ret", "12", "70000"] {
            #expect(error?.description.contains(piece) == false, "\(String(describing: error))")
        }
    }

    @Test(arguments: [
        "postgresql://anna:a%2Fb%40c@db.example:6432/occ?application_name=a@b",
        "postgresql:///occ?host=/run/pg&user=anna@x",
        "postgresql://anna@h1:5432,h2:5433/occ", "postgresql://anna@[::1]:5432/occ", "postgresql://", "",
        "host=h1,h2 port=5432, dbname=occ", "postgresql://h/occ?target_session_attrs=any",
    ])
    func takesWhatIsWellFormed(text: String) throws {
        for around in ["", " ", "\n", "\r\n", "\n "] {
            let configuration = try PostgresConfiguration(connectionString: around + text + around)
            #expect(configuration == (try PostgresConfiguration(connectionString: text)))
            #expect(configuration.libpqParameters["dbname"]?.contains("\n") != true)
        }
    }

    /// What libpq finds out only when it connects, with the keyword and without the value.
    @Test(arguments: [
        ("host=/nonexistent sslmode=Secret", "sslmode"), ("host=h,i hostaddr=127.0.0.1 user=Secret", "host"),
    ])
    func aValueThatLibpqDoesNotTakeIsNotRepeated(text: String, keyword: String) async throws {
        let configuration = try PostgresConfiguration(connectionString: text)
        let error = await #expect(throws: PostgresError.self) {
            _ = try await PostgresConnection.connect(configuration)
        }
        #expect(error?.description.contains("Secret") == false, "\(String(describing: error))")
        #expect(error?.description.contains(keyword) == true, "\(String(describing: error))")
    }

    /// The server that takes writes is wanted, unless the address or a service says otherwise.
    @Test func asksForAServerThatTakesWrites() throws {
        func wanted(_ text: String) throws -> String? {
            try PostgresConfiguration(connectionString: text).libpqParameters["target_session_attrs"]
        }
        #expect(try wanted("postgresql://h1,h2/occ") == "read-write")
        #expect(try wanted("postgresql://h1,h2/occ?target_session_attrs=any") == "any")
        #expect(try wanted("service=occ") == nil)
    }

    /// Whatever the installed libpq would look for in the environment is given, and what was given is what it gets.
    @Test func aPrivateServersAddressIsWhole() throws {
        let address = PrivateAddress.connectionString(socketDirectory: "/tmp/a b", port: 5432)
        let given = try PostgresConfiguration(connectionString: address).libpqParameters
        for keyword in LibpqKeyword.all() where keyword.variable != nil && keyword.name != "service" {
            guard keyword.name != "servicefile" else { continue }
            // A newer libpq may have others, which no empty value can be given for: the environment is emptied of them.
            #expect(given[keyword.name] != nil || keyword.compiled == nil, "\(keyword)")
        }
        #expect(given["host"] == "/tmp/a b" && given["hostaddr"] == "" && given["target_session_attrs"] == "any")
        let newer = LibpqKeyword(name: "new", variable: "PGNEW", compiled: "fine", value: "foreign")
        let odd = LibpqKeyword(name: "odd", variable: "PGODD", compiled: nil, value: "foreign")
        let future = PrivateAddress.connectionString(socketDirectory: "/s", port: 1, keywords: [newer, odd])
        #expect(future == "host='/s' port=1 dbname=postgres user=occ new=fine")
    }

    @Test(arguments: [("plain", "plain"), ("", "''"), ("a b", "'a b'"), ("it's", #"'it\'s'"#), (#"a\b"#, #"'a\\b'"#)])
    func valuesAreQuoted(value: String, text: String) throws {
        let string = LibpqKeyword.connectionString([("password", value)])
        #expect(string == "password=" + text)
        #expect(try PostgresConfiguration(connectionString: string).libpqParameters["password"] == value)
    }

    @Test func aServerThatIsNotThereIsNamed() async throws {
        let configuration = try PostgresConfiguration(
            connectionString: "host=/nonexistent/socket dbname=occ user=anna password=s3cret"
        )
        let error = await #expect(throws: PostgresError.self) {
            _ = try await PostgresConnection.connect(configuration, doing: "testing")
        }
        #expect(error?.kind == .cannotConnect)
        #expect(error?.isTransient == true)
        #expect(error?.description.contains("/nonexistent/socket") == true)
        #expect(error?.description.contains("s3cret") == false)
    }
}
