internal import Glibc
package import Storage
internal import Synchronization
internal import SystemSupport

/// Files in memory that can refuse any call, write short, and lose at a crash whatever was not synced.
///
/// What survives a crash: names up to some point of the directory operations that were not synced, and of each file the synced
/// content with any part of what came after, its tail possibly zeros (as journalling file systems leave it).
package final class SimulatedFileSystem: FileSystem {
    /// What happens to one call.
    package enum Fault: Sendable {
        case none
        case fails(errno: Int32)
        /// The call does its work or, where it writes, a part of it; then the machine is dead.
        case crashes
        /// A write that takes only some of the bytes.
        case short
    }

    final class Node {
        var content: [UInt8] = []
        var synced: [UInt8] = []
    }

    enum NameChange {
        case create(String, Int)
        case rename(String, String, Int)
        case remove(String)
    }

    struct State {
        var nodes: [Int: Node] = [:]
        var names: [String: Int] = [:]
        var durableNames: [String: Int] = [:]
        var pending: [NameChange] = []
        var calls = 0
        var looks = 0
        var isDead = false
    }

    /// Guards all files and names.
    let state: Mutex<State>
    /// Decides the fate of each mutating call by its number and kind; called under the lock.
    let fate: @Sendable (Int, String) -> Fault

    package convenience init(fate: @escaping @Sendable (Int, String) -> Fault = { _, _ in .none }) {
        self.init(state: State(), fate: fate)
    }

    private init(state: sending State, fate: @escaping @Sendable (Int, String) -> Fault = { _, _ in .none }) {
        self.state = Mutex(state)
        self.fate = fate
    }

    /// Mutating calls so far.
    package var calls: Int { state.withLock { $0.calls } }

    /// How often a folder was listed or a size asked for.
    package var looks: Int { state.withLock { $0.looks } }

    /// The files as the next boot finds them; nothing fails any more, unless a new fate says so.
    package func afterCrash(
        _ random: inout SeededGenerator,
        fate: @escaping @Sendable (Int, String) -> Fault = { _, _ in .none }
    ) -> SimulatedFileSystem {
        let seed = random.next()
        let survivor = state.withLock { state in
            var random = SeededGenerator(seed: seed)
            var names = state.durableNames
            for change in state.pending.prefix(Int.random(in: 0...state.pending.count, using: &random)) {
                Self.apply(change, to: &names)
            }
            var files: [(String, Int, [UInt8])] = []
            for (name, id) in names.sorted(by: { $0.key < $1.key }) {
                files.append((name, id, Self.survivingContent(of: state.nodes[id]!, &random)))
            }
            return files
        }
        var next = State()
        for (name, id, content) in survivor {
            let node = Node()
            node.content = content
            node.synced = content
            next.nodes[id] = node
            next.names[name] = id
            next.durableNames[name] = id
        }
        return SimulatedFileSystem(state: next, fate: fate)
    }

    /// Names of all files, sorted.
    package var paths: [String] { state.withLock { $0.names.keys.sorted() } }

    /// Flips one bit of a file, as a bad disk would, behind everybody's back.
    package func flipBit(inFile path: String, atByte offset: Int, bit: Int) {
        state.withLock { state in
            guard let node = state.names[path].flatMap({ state.nodes[$0] }), offset < node.content.count else { return }
            node.content[offset] ^= 1 << UInt8(bit)
            if offset < node.synced.count { node.synced[offset] = node.content[offset] }
        }
    }

    private static func survivingContent(of node: Node, _ random: inout SeededGenerator) -> [UInt8] {
        let shortest = min(node.synced.count, node.content.count)
        let length = Int.random(in: shortest...node.content.count, using: &random)
        var content = Array(node.content[..<length])
        if length > shortest, Bool.random(using: &random) {
            for index in Int.random(in: shortest..<length, using: &random)..<length { content[index] = 0 }
        }
        return content
    }

    private static func apply(_ change: NameChange, to names: inout [String: Int]) {
        switch change {
        case .create(let path, let id): names[path] = id
        case .rename(let old, let new, let id):
            names[old] = nil
            names[new] = id
        case .remove(let path): names[path] = nil
        }
    }

    // MARK: FileSystem

    package func createFolders(_ path: String) throws {}

    /// A folder is there as long as something is in it.
    package func hasFolder(_ path: String) throws -> Bool {
        try state.withLock { state in
            try Self.alive(state, "inspect", path)
            state.looks += 1
            return state.names.keys.contains { $0.hasPrefix(path + "/") }
        }
    }

    package func names(in folder: String) throws -> [String] {
        try state.withLock { state in
            try Self.alive(state, "list", folder)
            state.looks += 1
            return state.names.keys.filter {
                $0.hasPrefix(folder + "/") && !$0.dropFirst(folder.count + 1).contains("/")
            }
            .map { String($0.dropFirst(folder.count + 1)) }.sorted()
        }
    }

    package func byteCount(of path: String) throws -> Int? {
        try state.withLock { state in
            try Self.alive(state, "inspect", path)
            return state.names[path].map { state.nodes[$0]!.content.count }
        }
    }

    package func createFile(_ path: String) throws -> any WritableFile {
        try change("create", path) { state in
            guard state.names[path] == nil else { throw FileError(operation: "create", path: path, code: EEXIST) }
            let id = (state.nodes.keys.max() ?? 0) + 1
            state.nodes[id] = Node()
            state.names[path] = id
            state.pending.append(.create(path, id))
            return SimulatedWritableFile(fileSystem: self, id: id, path: path)
        }
    }

    package func openFile(_ path: String) throws -> any ReadableFile {
        try state.withLock { state in
            try Self.alive(state, "open", path)
            guard let id = state.names[path] else { throw FileError(operation: "open", path: path, code: ENOENT) }
            return SimulatedReadableFile(content: state.nodes[id]!.content)
        }
    }

    package func rename(_ path: String, to newPath: String) throws {
        try change("rename", path) { state in
            guard let id = state.names[path] else { throw FileError(operation: "rename", path: path, code: ENOENT) }
            state.names[path] = nil
            state.names[newPath] = id
            state.pending.append(.rename(path, newPath, id))
        }
    }

    package func renameToNew(_ path: String, to newPath: String) throws {
        guard try byteCount(of: newPath) == nil else {
            throw FileError(operation: "rename", path: newPath, code: EEXIST)
        }
        try rename(path, to: newPath)
    }

    package func removeFolderIfEmpty(_ path: String) throws {}

    package func remove(_ path: String) throws {
        try change("remove", path) { state in
            guard state.names.removeValue(forKey: path) != nil else {
                throw FileError(operation: "remove", path: path, code: ENOENT)
            }
            state.pending.append(.remove(path))
        }
    }

    package func syncFolder(_ path: String) throws {
        try change("syncFolder", path) { state in
            // A journal is written in order: syncing one folder makes all earlier changes durable as well.
            for change in state.pending { Self.apply(change, to: &state.durableNames) }
            state.pending = []
        }
    }

    // MARK: Faults

    private static func alive(_ state: State, _ operation: String, _ path: String) throws {
        if state.isDead { throw FileError(operation: operation, path: path, code: EIO) }
    }

    func change<Result>(_ operation: String, _ path: String, _ body: (inout State) throws -> Result) throws -> Result {
        try state.withLock { state in
            try Self.alive(state, operation, path)
            let fault = fate(state.calls, operation)
            state.calls += 1
            if case .fails(let errno) = fault { throw FileError(operation: operation, path: path, code: errno) }
            let result = try body(&state)
            if case .crashes = fault {
                state.isDead = true
                throw FileError(operation: operation, path: path, code: EIO)
            }
            return result
        }
    }

    func write(_ bytes: [UInt8], at offset: Int, id: Int, path: String) throws -> Int {
        try state.withLock { state in
            try Self.alive(state, "write", path)
            let fault = fate(state.calls, "write")
            state.calls += 1
            var count = bytes.count
            switch fault {
            case .none: break
            case .short: count = max(1, bytes.count / 3)
            // Half of the bytes reach the file before the disk is full or the machine dies.
            case .fails, .crashes: count = bytes.count / 2
            }
            let node = state.nodes[id]!
            if node.content.count < offset { node.content += [UInt8](repeating: 0, count: offset - node.content.count) }
            node.content.replaceSubrange(
                offset..<min(node.content.count, offset + count),
                with: bytes[..<count]
            )
            if case .fails(let errno) = fault { throw FileError(operation: "write", path: path, code: errno) }
            if case .crashes = fault {
                state.isDead = true
                throw FileError(operation: "write", path: path, code: EIO)
            }
            return count
        }
    }
}

private final class SimulatedWritableFile: WritableFile {
    let fileSystem: SimulatedFileSystem
    let id: Int
    let path: String

    init(fileSystem: SimulatedFileSystem, id: Int, path: String) {
        self.fileSystem = fileSystem
        self.id = id
        self.path = path
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws -> Int {
        try fileSystem.write(Array(bytes), at: offset, id: id, path: path)
    }

    func truncate(toBytes count: Int) throws {
        try fileSystem.change("truncate", path) { state in
            let node = state.nodes[id]!
            node.content = Array(node.content.prefix(count))
            node.synced = Array(node.synced.prefix(count))
        }
    }

    func sync() throws {
        try fileSystem.change("sync", path) { state in state.nodes[id]!.synced = state.nodes[id]!.content }
    }

    func close() {}
}

private final class SimulatedReadableFile: ReadableFile {
    let content: [UInt8]
    var byteCount: Int { content.count }

    init(content: [UInt8]) { self.content = content }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws -> Int {
        // Never more than 100 bytes, so that callers have to loop.
        let count = max(0, min(buffer.count, content.count - offset, 100))
        guard count > 0 else { return 0 }
        buffer.copyBytes(from: content[offset..<offset + count])
        return count
    }
}
