internal import Foundation
internal import Scenes

/// Changes what a package says of itself, and none of its weights.
enum PackageRewriter {
    /// A checked package with another card.
    ///
    /// - Parameters:
    ///   - file: the whole package.
    ///   - metadata: its JSON; what it holds beside the card stays, known or not.
    static func file(
        _ file: UnsafeRawBufferPointer,
        metadata: [UInt8],
        tensorCount: Int,
        card: ModelCard
    ) throws -> [UInt8] {
        guard case .object(var members) = try JSONDecoder().decode(JSONTree.self, from: Data(metadata)) else {
            preconditionFailure("the metadata of an open package are an object")
        }
        members["card"] = try card.tree()
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let json = Array(try encoder.encode(JSONTree.object(members)))

        func field(_ offset: Int) -> Int {
            Int(file.loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian)
        }
        let (oldTable, nameBytes, oldData) = (field(40), field(48), field(56))
        let dataStart = PackageFormat.starts(
            metadataBytes: json.count,
            tensorCount: tensorCount,
            nameBytes: nameBytes
        ).data
        // Data begins on a page in both, so every tensor keeps its alignment.
        let shift = dataStart - oldData
        var head = PackageFormat.head(
            fileBytes: file.count + shift,
            metadata: json,
            tensorCount: tensorCount,
            nameBytes: nameBytes
        )
        for index in 0..<tensorCount {
            let entry = oldTable + index * PackageFormat.entryBytes
            head.append(contentsOf: file[entry..<(entry + 40)])
            head.append(UInt64(field(entry + 40) + shift))
            head.append(contentsOf: file[(entry + 48)..<(entry + PackageFormat.entryBytes)])
        }
        let names = oldTable + tensorCount * PackageFormat.entryBytes
        head.append(contentsOf: file[names..<(names + nameBytes)])
        head.append(zerosUpTo: dataStart)
        var result = head.bytes
        result.reserveCapacity(file.count + shift)
        result.append(contentsOf: file[oldData...])
        PackageFormat.seal(&result, dataStart: dataStart)
        return result
    }
}
