import PostgresClient
import Testing

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
