import Foundation
import Synchronization

@testable import OccInference

/// Models with formula weights, made once for all tests.
enum TestModels {
    private static let cache = Mutex<[String: PreparedModel]>([:])
    private static let byteCache = Mutex<[String: [UInt8]]>([:])

    static let seed: UInt64 = 20_261_122

    /// The bytes of a package.
    static func bytes(_ configuration: String, seed: UInt64 = seed) throws -> [UInt8] {
        try byteCache.withLock { cache in
            let key = "\(configuration) \(seed)"
            if let bytes = cache[key] { return bytes }
            let bytes = try ModelImporter.pack(
                try ModelCatalogue.configuration(named: configuration),
                weights: FormulaWeightSource(seed: seed)
            )
            cache[key] = bytes
            return bytes
        }
    }

    /// A network ready to run.
    static func prepared(_ configuration: String, seed: UInt64 = seed) throws -> PreparedModel {
        try cache.withLock { cache in
            let key = "\(configuration) \(seed)"
            if let model = cache[key] { return model }
            let model = try PreparedModel(
                ModelPackage(bytes: try bytes(configuration, seed: seed), source: configuration)
            )
            cache[key] = model
            return model
        }
    }

    /// A folder of its own under the system's temporary folder.
    static func temporaryFolder() throws -> String {
        let path = NSTemporaryDirectory() + "occ-inference-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }
}
