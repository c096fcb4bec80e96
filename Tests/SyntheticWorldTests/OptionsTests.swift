import SyntheticWorld
import Testing

@Suite struct OptionsTests {
    @Test func refusesWhatCannotBeHonoured() throws {
        for (name, change) in [
            ("scenes", { (o: inout SyntheticOptions) in o.scenes = 0 }),
            ("samplesPerScene", { (o: inout SyntheticOptions) in o.samplesPerScene = 401 }),
            ("imageWidth", { (o: inout SyntheticOptions) in o.imageWidth = 63 }),
            ("imageHeight", { (o: inout SyntheticOptions) in o.imageHeight = 5000 }),
            ("jpegQuality", { (o: inout SyntheticOptions) in o.jpegQuality = 0 }),
            ("threads", { (o: inout SyntheticOptions) in o.threads = 0 }),
            ("version", { (o: inout SyntheticOptions) in o.version = "../x" }),
            ("version", { (o: inout SyntheticOptions) in o.version = "samples" }),
        ] {
            var options = SyntheticOptions(scenes: 1, samplesPerScene: 1)
            try options.validate()
            change(&options)
            let error = #expect(throws: SyntheticWorldError.self) { try options.validate() }
            #expect(error?.description.contains("option \(name) is") == true)
        }
    }
}
