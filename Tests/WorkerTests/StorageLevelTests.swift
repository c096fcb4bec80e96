import OccInference
import Storage
import Testing

@testable import Worker

@Suite("LZ4 level of predictions")
struct StorageLevelTests {
    @Test(
        "Networks of seconds a frame get smaller files, small ones are not held up",
        arguments: [
            ("occ-small_BDC-T", SceneFileWriter.defaultLevel), ("det-small_BDC-T", SceneFileWriter.defaultLevel),
            ("flashocc-r50_BDC-T", StorageLevel.slowNetworkLevel),
            ("flashocc-r50-4d-stereo_BDC-T", StorageLevel.slowNetworkLevel),
        ]
    )
    func levels(_ name: String, _ level: Int) throws {
        #expect(try StorageLevel.of(ModelCatalogue.configuration(named: name)) == level)
    }
}
