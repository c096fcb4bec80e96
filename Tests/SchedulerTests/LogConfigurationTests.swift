import CommandSupport
import Datasets
import TestSupport
import Testing

@testable import Scheduler

/// `topics.json`, as it is read and written.
@Suite("Configurations of imported logs")
struct LogConfigurationTests {
    private static let whole = """
        {"version": 1, "egoFrame": "base_link", "worldFrame": "odom", "poseGap": 0.25,
         "cameras": {"front": {"pictures": "/front/image", "calibration": "/front/info", "slot": "CAM_FRONT"}}}
        """

    private func read(_ text: String) throws -> LogConfiguration {
        let folder = try TemporaryFolder()
        try folder.write("topics.json", Array(text.utf8))
        return try LogConfiguration.read(folder.file("topics.json"))
    }

    private func failure(_ text: String) -> String {
        do {
            _ = try read(text)
            return "none"
        } catch { return (error as? CommandFailure)?.description ?? "another: \(error)" }
    }

    @Test("What is written is read back the same")
    func roundTrip() throws {
        let found = try read(Self.whole)
        #expect(found.egoFrame == "base_link" && found.poseGap == 0.25 && found.cameras["front"]?.slot == "CAM_FRONT")
        #expect(try read(found.json()) == found)
    }

    @Test("What is wrong is said with its key")
    func wrong() {
        let cases = [
            ("\"poseGap\"", "\"poseGab\"", "the key poseGab is not known"),
            ("\"slot\"", "\"slott\"", "the key cameras.front.slott is not known"),
            ("\"egoFrame\": \"base_link\", ", "", "the key egoFrame is missing"),
            ("\"/front/info\"", "7", "cameras.front.calibration"),
            ("}}}", "}}", "no JSON"),
        ]
        for (old, new, wanted) in cases {
            let told = failure(Self.whole.replacing(old, with: new))
            #expect(told.contains(wanted) && told.contains("topics.json"), "\(told)")
        }
        #expect(failure("[]").contains("no object of JSON"))
    }
}
