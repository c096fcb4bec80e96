internal import Glibc
package import Storage
internal import Synchronization
internal import SystemSupport

/// A run that lives as long as the process.
package final class MemoryRunStore: RunStore {
    package let run: String
    package let output = "memory:"
    package var place: String { "memory:\(run)" }

    struct State {
        var isPresent = false
        var files: [SceneFileKey: [UInt8]] = [:]
        var aside: [SceneFileKey: [UInt8]] = [:]
        var documents: [RunDocument: [UInt8]] = [:]
    }

    /// Guards everything that is stored.
    let state = Mutex(State())

    /// Makes a store without anything in it.
    package init(run: String) { self.run = run }

    package func isPresent() -> Bool { state.withLock { $0.isPresent } }
    package func create() { state.withLock { $0.isPresent = true } }

    package func begin(scene: String, lease: Int64) throws -> any SceneSpool {
        let key = SceneFileKey(scene: scene, lease: lease, isFinished: false)
        _ = try key.fileName()
        try state.withLock { state in
            for taken in [key, SceneFileKey(scene: scene, lease: lease)] where state.files[taken] != nil {
                throw StorageError(.alreadyExists, source: place(of: taken), "lease \(lease) has this file already")
            }
            state.isPresent = true
            state.files[key] = []
        }
        return Spool(store: self, key: key)
    }

    package func sceneFiles() -> [SceneFileListing] {
        state.withLock { state in
            state.files.map { SceneFileListing(key: $0.key, path: place(of: $0.key), byteCount: $0.value.count) }
                .sorted { ($0.scene, $0.lease, $0.path) < ($1.scene, $1.lease, $1.path) }
        }
    }

    package func hasResults() -> Bool { state.withLock { !$0.files.isEmpty || $0.documents[.manifest] != nil } }
    package func byteCount(of key: SceneFileKey) -> Int? { state.withLock { $0.files[key]?.count } }

    package func open(_ key: SceneFileKey) throws -> any ReadableFile {
        guard let bytes = state.withLock({ $0.files[key] }) else { throw missing(key) }
        return Bytes(bytes)
    }

    package func remove(_ key: SceneFileKey) throws {
        guard state.withLock({ $0.files.removeValue(forKey: key) }) != nil else { throw missing(key) }
    }

    package func place(of key: SceneFileKey) -> String {
        "\(place)/\(key.isFinished ? "" : ".partial/")\((try? key.fileName()) ?? key.scene)"
    }

    package func setAside(_ key: SceneFileKey) -> String? {
        state.withLock { state in
            guard let bytes = state.files.removeValue(forKey: key) else { return nil }
            state.aside[key] = bytes
            return "\(place(of: key)).aside"
        }
    }

    package func leasesSetAside() -> [String: Int64] {
        state.withLock { Dictionary($0.aside.keys.map { ($0.scene, $0.lease) }, uniquingKeysWith: max) }
    }

    package func strangers() -> [String] { [] }
    package func place(of document: RunDocument) -> String { "\(place)/\(document.rawValue)" }
    package func read(_ document: RunDocument) -> [UInt8]? { state.withLock { $0.documents[document] } }
    package func has(_ document: RunDocument) -> Bool { read(document) != nil }

    package func replace(_ document: RunDocument, with bytes: [UInt8]) {
        state.withLock { state in
            state.isPresent = true
            state.documents[document] = bytes
        }
    }

    package func createIfAbsent(_ document: RunDocument, _ bytes: [UInt8]) -> Bool {
        state.withLock { state in
            state.isPresent = true
            guard state.documents[document] == nil else { return false }
            state.documents[document] = bytes
            return true
        }
    }

    package func removeIfWithoutResults() {
        state.withLock { state in
            guard state.files.isEmpty, state.documents[.manifest] == nil else { return }
            state.documents[.identity] = nil
            state.isPresent = !state.aside.isEmpty
        }
    }

    private func missing(_ key: SceneFileKey) -> FileError {
        FileError(operation: "open", path: place(of: key), code: ENOENT)
    }

    private final class Bytes: ReadableFile {
        let bytes: [UInt8]
        var byteCount: Int { bytes.count }

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) -> Int {
            let part = bytes.dropFirst(offset).prefix(buffer.count)
            buffer.copyBytes(from: part)
            return part.count
        }
    }

    private final class Spool: SceneSpool {
        private let store: MemoryRunStore
        private let key: SceneFileKey
        private var isOpen = true
        var place: String { store.place(of: key) }

        init(store: MemoryRunStore, key: SceneFileKey) {
            self.store = store
            self.key = key
        }

        func append(_ part: [UInt8], _ kind: ScenePart) throws {
            try requireOpen()
            store.state.withLock { $0.files[key, default: []] += part }
        }

        func publish() throws {
            try requireOpen()
            let finished = SceneFileKey(scene: key.scene, lease: key.lease)
            try store.state.withLock { state in
                guard state.files[finished] == nil else {
                    throw StorageError(
                        .alreadyExists,
                        source: store.place(of: finished),
                        "another writer finished before"
                    )
                }
                state.files[finished] = state.files.removeValue(forKey: key)
            }
            isOpen = false
        }

        func abandon() { isOpen = false }

        func discard() {
            guard isOpen else { return }
            isOpen = false
            store.state.withLock { $0.files[key] = nil }
        }

        private func requireOpen() throws {
            guard isOpen else { throw StorageError(.writerClosed, source: place, "nothing more can be written") }
        }
    }
}
