import TestSupport
import Testing

@testable import Datasets

@Suite struct SplitTests {
    @Test func officialSplitsAreWhole() {
        let counts: [OfficialSplit: Int] = [
            .train: 700, .val: 150, .test: 150, .miniTrain: 8, .miniVal: 2, .trainDetect: 350, .trainTrack: 350,
        ]
        for split in OfficialSplit.allCases {
            #expect(split.sceneNames.count == counts[split])
            #expect(Set(split.sceneNames).count == counts[split])
        }
        let all = Set(OfficialSplit.train.sceneNames + OfficialSplit.val.sceneNames + OfficialSplit.test.sceneNames)
        #expect(all.count == 1_000)
        let halves = OfficialSplit.trainDetect.sceneNames + OfficialSplit.trainTrack.sceneNames
        #expect(Set(halves) == Set(OfficialSplit.train.sceneNames))
    }

    @Test func officialSplitsHoldTheirScenes() {
        #expect(OfficialSplit.miniVal.sceneNames == ["scene-0103", "scene-0916"])
        #expect(
            OfficialSplit.miniTrain.sceneNames == [
                "scene-0061", "scene-0553", "scene-0655", "scene-0757", "scene-0796", "scene-1077", "scene-1094",
                "scene-1100",
            ]
        )
        // The first and last of each in nuscenes-devkit 1.2.0, and the sums of the scene numbers.
        #expect(
            OfficialSplit.train.sceneNames.first == "scene-0001" && OfficialSplit.train.sceneNames.last == "scene-1110"
        )
        #expect(OfficialSplit.val.sceneNames.first == "scene-0003" && OfficialSplit.val.sceneNames.last == "scene-1073")
        #expect(
            OfficialSplit.test.sceneNames.first == "scene-0077" && OfficialSplit.test.sceneNames.last == "scene-1043"
        )
        let sums = OfficialSplit.allCases.map { $0.sceneNumbers.reduce(0, +) }
        #expect(sums == [376803, 88948, 80948, 6093, 1019, 193552, 183251])
    }

    @Test func customSplitsAreReadAsTheDevkitReadsThem() throws {
        var builder = TableBuilder(scenes: [("a", 1), ("b", 1), ("c", 1)])
        builder.raw["splits"] = Array(
            #"{"mine": ["c", "a"], "number": 3, "twice": ["a", "a"], "none": [], "val": ["b"]}"#.utf8
        )
        let folder = try TemporaryFolder()
        try builder.write(to: folder)
        let dataset = try NuScenesDataset.open(root: folder.path, version: builder.version)
        #expect(dataset.sceneNames == ["a", "b", "c"])
        #expect(try dataset.scenes(ofSplit: nil).present == ["a", "b", "c"])
        #expect(try dataset.scenes(ofSplit: "mine").present == ["a", "c"])
        // A predefined name is never looked up in the file.
        #expect(try dataset.scenes(ofSplit: "val").absent.count == 150)
        let texts = [
            "number": "the split \"number\" is not a list of scene names", "twice": "the split \"twice\" lists a twice",
            "none": "the split \"none\" lists no scene",
            "other": "there is no split \"other\" (the file has: mine, none, number, twice, val)",
        ]
        for (split, text) in texts {
            #expect {
                try dataset.scenes(ofSplit: split)
            } throws: { error in
                "\(error)".contains("/splits.json: \(text)")
            }
        }
        for (bytes, text) in ["{": "it is not JSON", "[]": "it is not a JSON object"] {
            try folder.write("\(builder.version)/splits.json", Array(bytes.utf8))
            #expect {
                try dataset.scenes(ofSplit: "mine")
            } throws: { error in
                "\(error)".contains("/splits.json: \(text)")
            }
        }
        try folder.remove("\(builder.version)/splits.json")
        #expect {
            try dataset.scenes(ofSplit: "mine")
        } throws: { error in
            "\(error)".contains("there is no split \"mine\" and no such file of custom splits")
        }
    }
}
