import ArrayFiles
import Foundation
import Storage
import TestSupport

/// A small scene whose predictions follow from its tokens.
struct SceneFixture {
    static let shape = [3, 4, 2]

    var run = "run a"
    var scene = "scene-0001"
    var tokens = ["t0", "t1", "t2", "t3"]
    /// Detections instead of occupancy.
    var isDetection = false

    func header(lease: Int64, modelDigest: String = "m1") -> SceneFileHeader {
        SceneFileHeader(
            run: run,
            scene: scene,
            lease: lease,
            dataset: "occ3d-nuscenes",
            datasetVersion: "v1.0-mini",
            split: "mini_val",
            model: "flashocc-r50_BDC-T",
            modelDigest: modelDigest,
            precision: "fp32",
            software: "occ 0.1"
        )
    }

    static func labels(of token: String) -> [UInt8] {
        var random = SeededGenerator(seed: token.utf8.reduce(1) { $0 &* 31 &+ UInt64($1) })
        return (0..<24).map { _ in UInt8.random(in: 0...17, using: &random) }
    }

    static func boxes(of token: String) -> [UInt8] {
        Array(#"[{"detection_name":"car","sample_token":"\#(token)","size":[1.9,4.5,1.6]}]"#.utf8)
    }

    func append(_ token: String, to writer: SceneFileWriter) throws {
        if isDetection {
            try writer.append(token: token, detections: Self.boxes(of: token))
        } else {
            try writer.append(token: token, occupancy: Self.labels(of: token), shape: Self.shape)
        }
    }

    /// The content that the file holds for a token.
    func content(of token: String) throws -> [UInt8] {
        isDetection ? Self.boxes(of: token) : try NPYArray(Self.labels(of: token), shape: Self.shape).encoded()
    }

    /// Writes the whole scene with one lease.
    @discardableResult
    func write(in directory: RunDirectory, lease: Int64) throws -> FinishedSceneFile {
        let writer = try SceneFileWriter(in: directory, header: header(lease: lease))
        for token in tokens { try append(token, to: writer) }
        return try writer.finish()
    }

    /// The bytes of the finished file, made in memory.
    func bytes(lease: Int64 = 1) throws -> [UInt8] {
        let files = SimulatedFileSystem()
        let directory = try RunDirectory(output: "out", run: run, fileSystem: files)
        return try files.content(ofFile: write(in: directory, lease: lease).path)
    }
}

extension SimulatedFileSystem {
    func content(ofFile path: String) throws -> [UInt8] {
        let file = try openFile(path)
        return try [UInt8](unsafeUninitializedCapacity: file.byteCount) { buffer, count in
            while count < file.byteCount {
                let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[count...])
                count += try file.read(into: rest, at: count)
            }
        }
    }

    /// Puts a file there, durable.
    func put(_ content: [UInt8], at path: String) throws {
        if try byteCount(of: path) != nil { try remove(path) }
        let file = try createFile(path)
        if !content.isEmpty { _ = try content.withUnsafeBytes { try file.write($0, at: 0) } }
        try file.sync()
        try syncFolder("")
    }
}
