internal import Foundation
internal import Glibc
internal import Scenes
internal import SystemSupport

/// Writes a nuScenes results file (`results_nusc.json`), sample by sample, so that nuscenes-devkit and the nuScenes server read it.
///
/// ```swift
/// let writer = try DetectionResultsWriter(path: "results_nusc.json", inputs: DetectionInputs())
/// for sample in samples { try writer.add(sample.token, sample.boxes) }    // every sample of the split; no boxes is allowed
/// try writer.finish()
/// ```
///
/// The file appears under its name once it is finished. Numbers have as many digits as it takes to read the same doubles again. A velocity that
/// is unknown is written as two `NaN`, as Python does: the devkit has no other form, though JSON has no such number.
///
/// Not for several threads at once.
public final class DetectionResultsWriter {
    private let path: String
    private let temporary: String
    private var descriptor: Int32
    private var buffer: [UInt8] = []
    private var tokens: Set<String> = []

    private static let bufferBytes = 1 << 20

    /// Starts a file.
    ///
    /// - Throws: `FileError`.
    public init(path: String, inputs: DetectionInputs) throws {
        self.path = path
        temporary = "\(path).\(getpid()).tmp"
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw FileError.last("create", temporary) }
        let flags = [
            ("use_camera", inputs.camera), ("use_lidar", inputs.lidar), ("use_radar", inputs.radar),
            ("use_map", inputs.map), ("use_external", inputs.external),
        ]
        let list = flags.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ")
        append("{\"meta\": {\(list)}, \"results\": {")
    }

    deinit { abandon() }

    /// Adds one sample with its boxes, possibly none.
    ///
    /// - Throws: `EvaluationError` (`invalidPrediction`) for more than 500 boxes, a sample that was added before, or a box of
    ///   another sample; `FileError`.
    public func add(_ sampleToken: String, _ boxes: [DetectionBox]) throws {
        func flaw(_ text: String) -> EvaluationError {
            EvaluationError(.invalidPrediction, source: sampleToken, text)
        }
        let limit = DetectionSettings.maximumBoxesPerSample
        guard boxes.count <= limit else { throw flaw("\(boxes.count) predicted boxes, \(limit) are allowed") }
        if let stray = boxes.first(where: { $0.sampleToken != sampleToken }) {
            throw flaw("a predicted box is of the sample '\(stray.sampleToken)'")
        }
        guard tokens.insert(sampleToken).inserted else { throw flaw("the sample was added before") }
        let token = JSONString.quoted(sampleToken)
        append(tokens.count == 1 ? "\n" : ",\n")
        append("\(token): [")
        for (index, box) in boxes.enumerated() {
            append(index == 0 ? "\n" : ",\n")
            append(Self.text(of: box, token: token))
        }
        append("]")
        if buffer.count >= Self.bufferBytes { try flush() }
    }

    /// Ends the file and gives it its name.
    ///
    /// - Throws: `FileError`, and a file that had the name stays as it was.
    public func finish() throws {
        guard descriptor >= 0 else { return }
        append("\n}}\n")
        do {
            try flush()
            guard fsync(descriptor) == 0 else { throw FileError.last("fsync", temporary) }
            guard rename(temporary, path) == 0 else { throw FileError.last("rename to '\(path)'", temporary) }
        } catch {
            abandon()
            throw error
        }
        close(descriptor)
        descriptor = -1
        try AtomicFile.syncFolder(containing: path)
    }

    private func abandon() {
        guard descriptor >= 0 else { return }
        close(descriptor)
        descriptor = -1
        unlink(temporary)
    }

    private func append(_ text: String) { buffer.append(contentsOf: text.utf8) }

    private func flush() throws {
        guard descriptor >= 0 else {
            throw FileError(
                operation: "write",
                path: path,
                code: 0,
                detail: "the results file was finished or abandoned"
            )
        }
        try buffer.withUnsafeBytes { bytes in
            var offset = 0
            while offset < bytes.count {
                let written = write(descriptor, bytes.baseAddress! + offset, bytes.count - offset)
                if written < 0 {
                    if errno == EINTR { continue }
                    throw FileError.last("write", temporary)
                }
                offset += written
            }
        }
        buffer.removeAll(keepingCapacity: true)
    }

    /// A box as a JSON object; `token` is quoted already.
    ///
    /// - Parameter unknown: what stands for a velocity that is unknown.
    static func text(of box: DetectionBox, token: String, unknown: String = "[NaN, NaN]") -> String {
        let t = box.translation
        let r = box.rotation
        let velocity = box.velocity.map { "[\($0.x), \($0.y)]" } ?? unknown
        return "{\"sample_token\": \(token), \"translation\": [\(t.x), \(t.y), \(t.z)], "
            + "\"size\": [\(box.size.x), \(box.size.y), \(box.size.z)], "
            + "\"rotation\": [\(r.w), \(r.x), \(r.y), \(r.z)], \"velocity\": \(velocity), "
            + "\"detection_name\": \"\(box.name.rawValue)\", \"detection_score\": \(box.score), "
            + "\"attribute_name\": \"\(box.attribute?.rawValue ?? "")\"}"
    }
}
