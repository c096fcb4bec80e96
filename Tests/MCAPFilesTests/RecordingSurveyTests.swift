import Testing

@testable import MCAPFiles

/// What a look at a recording tells.
@Suite("Surveys of recordings")
struct RecordingSurveyTests {
    private func survey(_ bytes: [UInt8], _ effort: RecordingSurvey.Effort = .some) throws -> RecordingSurvey {
        try RecordingSurvey(try Recording.open(bytes), effort: effort)
    }

    private func topic(_ survey: RecordingSurvey, _ name: String) throws -> RecordedTopic {
        try #require(survey.topics.first { $0.name == name })
    }

    @Test func aDriveIsUnderstood() throws {
        let survey = try survey(try Recording.drive())
        #expect(survey.topics.map(\.name) == ["/front/calibration", "/front/image", "/tf", "/tf_static"])
        #expect(survey.topics.allSatisfy { $0.messages == 4 && $0.obstacle == nil })
        #expect(survey.times_ns == Recording.start_ns...(Recording.start_ns + 300_000_000))
        #expect(survey.damages == 0 && survey.cutPlace == nil)
        let camera = try #require(survey.cameras.first)
        #expect(survey.cameras.count == 1 && camera.obstacle == nil)
        #expect(camera.calibration?.name == "/front/calibration" && camera.frame == "front")
        #expect(camera.egoFrame == "base_link" && camera.worldFrame == "map")
        #expect(
            survey.frames.edges.map { "\($0.parent) \($0.child) \($0.moves)" } == [
                "base_link front false", "map base_link true",
            ]
        )
    }

    @Test func someOfManyChunksSayTheSameAsAll() throws {
        let bytes = try Recording.drive(moments: 200)
        let file = try Recording.open(bytes)
        let chunks = try #require(file.summary).chunks.count
        let some = try RecordingSurvey(file, effort: .some)
        let all = try RecordingSurvey(file, effort: .everything)
        #expect(!some.isComplete && all.isComplete && all.dataChecksumHolds == true)
        #expect(some.chunksRead < chunks && all.chunksRead == chunks)
        #expect(some.chunks == ["lz4": chunks] && all.chunks == some.chunks)
        #expect(some.topics.map(\.messages) == all.topics.map(\.messages) && some.times_ns == all.times_ns)
        #expect(some.cameras.map(\.egoFrame) == ["base_link"])
        // Without the summary the same is found by reading.
        let cut = try survey(Array(bytes.dropLast(40)))
        #expect(cut.topics.map(\.messages) == all.topics.map(\.messages) && cut.cutPlace != nil)
    }

    @Test func whatIsMissingIsSaid() throws {
        func obstacle(_ change: (Int, inout RecordedImage, inout RecordedCalibration) -> Void) throws -> String {
            try survey(try Recording.drive(changes: change)).cameras.first?.obstacle ?? "none"
        }
        #expect(try obstacle { _, _, _ in } == "none")
        #expect(try obstacle { _, image, _ in image.data = Array("RIFF0000WEBP".utf8)[...] }.contains("webp"))
        #expect(try obstacle { _, image, _ in image.frame = "rear" }.contains("'rear' and 'rear' moves"))
        #expect(
            try obstacle { _, image, calibration in (image.frame, calibration.frame) = ("", "") }.contains("no frame")
        )
        let standing = try survey(try Recording.drive(moments: 1)).cameras.first?.obstacle
        #expect(standing?.contains("the way of the car is missing") == true)
        // A topic by itself.
        var image = RecordedImage(time_ns: 0, frame: "x", format: "16UC1; compressedDepth png", data: [])
        #expect(try lonely(image)?.contains("distances") == true)
        image = RecordedImage(time_ns: 0, frame: "x", format: "jpeg", data: [0xFF, 0xD8, 0xFF])
        #expect(try lonely(image)?.contains("no calibration") == true)
    }

    private func lonely(_ image: RecordedImage) throws -> String? {
        let sink = MCAPMemorySink()
        let writer = try MCAPWriter(sink)
        let schema = try writer.add(.compressedImage)
        let channel = try writer.addChannel(topic: "/x", schema: schema, messageEncoding: "protobuf")
        try writer.write(image.protobuf, channel: channel, logTime_ns: 0)
        try writer.finish()
        return try survey(sink.bytes).cameras.first?.obstacle
    }

    @Test func calibrationsThatChangeAreTold() throws {
        let steady = try survey(try Recording.drive())
        #expect(try !topic(steady, "/front/calibration").calibrationChanges)
        let changing = try survey(try Recording.drive { moment, _, calibration in calibration.k[0] += Double(moment) })
        #expect(try topic(changing, "/front/calibration").calibrationChanges)
    }

    @Test func messagesThatCannotBeReadAreCounted() throws {
        let bad = try survey(
            try Recording.drive { moment, _, calibration in if moment > 1 { calibration.k[0] = .infinity } },
            .everything
        )
        let topic = try topic(bad, "/front/calibration")
        #expect(topic.failures == 2 && topic.firstFailure?.contains("not finite") == true)
        #expect(topic.obstacle == nil && topic.calibration != nil)
        let worse = try survey(try Recording.drive { _, _, calibration in calibration.k[0] = .infinity })
        #expect(try self.topic(worse, "/front/calibration").obstacle?.contains("not finite") == true)
    }

    @Test func otherTypesAreNamedWithWhatHelps() throws {
        let golden = try survey(try TestFiles.bytes("Tests/MCAPFilesTests/Goldens/foxglove-zstd.mcap"))
        #expect(try topic(golden, "/video").obstacle?.contains("ffmpeg") == true)
        #expect(try topic(golden, "/raw").obstacle?.contains("not compressed") == true)
        #expect(try topic(golden, "/video").messages == 3)
    }

    @Test func framesHangTogether() {
        var tree = FrameTree()
        for edge in [("a", "b"), ("/b", "/c"), ("c", "d"), ("x", "d"), ("d", "a")] {
            tree.take(Recording.transform(edge.0, edge.1, x: 1))
        }
        // A circle ends where it closes.
        #expect(tree.path(from: "d").map(\.parent) == ["c", "b", "a", "d"])
        #expect(tree.edges.first { $0.child == "d" }?.otherParent == "x")
        var turned = Recording.transform("a", "b", x: 1)
        turned.rotation = -turned.rotation
        tree.take(turned)
        #expect(tree.edges.first { $0.child == "b" }?.moves == false)
        turned.translation.y = 0.1
        tree.take(turned)
        #expect(tree.edges.first { $0.child == "b" }?.moves == true)
    }
}
