@testable import MCAPFiles

/// Reads a `FileDescriptorSet` as far as tests compare it.
enum Descriptors {
    /// The fields of every message, as `package.Message.field number label type typeName`; the values of its enums; the
    /// dependencies of every file.
    static func fields(_ set: [UInt8]) throws -> Set<String> {
        var found: Set<String> = []
        try ProtobufReader.read(set[...]) { file in
            var (name, package, dependencies): (String, String, [String]) = ("", "", [])
            var messages: [ArraySlice<UInt8>] = []
            try ProtobufReader.read(try file.bytes()) { part in
                switch part.number {
                case 1: name = try part.text()
                case 2: package = try part.text()
                case 3: dependencies.append(try part.text())
                case 4: messages.append(try part.bytes())
                default: break
                }
            }
            found.insert("\(name): \(dependencies.sorted())")
            for message in messages { try found.formUnion(fields(ofMessage: message, package)) }
        }
        return found
    }

    private static func fields(ofMessage bytes: ArraySlice<UInt8>, _ package: String) throws -> [String] {
        var (name, fields): (String, [String]) = ("", [])
        try ProtobufReader.read(bytes) { part in
            switch part.number {
            case 1: name = try part.text()
            case 2:
                var (field, numbers, type): (String, [UInt64: UInt64], String) = ("", [:], "")
                try ProtobufReader.read(try part.bytes()) { item in
                    switch item.number {
                    case 1: field = try item.text()
                    case 3, 4, 5: numbers[item.number] = try item.varint()
                    case 6: type = try item.text()
                    default: break
                    }
                }
                fields.append("\(field) \([3, 4, 5].map { numbers[$0] ?? 0 }) \(type)")
            case 4: try fields.append(contentsOf: values(ofEnum: part.bytes()))
            default: break
            }
        }
        return fields.map { "\(package).\(name).\($0)" }
    }

    private static func values(ofEnum bytes: ArraySlice<UInt8>) throws -> [String] {
        var (choice, values): (String, [String]) = ("", [])
        try ProtobufReader.read(bytes) { part in
            switch part.number {
            case 1: choice = try part.text()
            case 2:
                var (name, number): (String, UInt64?) = ("", nil)
                try ProtobufReader.read(try part.bytes()) { item in
                    if item.number == 1 { name = try item.text() }
                    if item.number == 2 { number = try item.varint() }
                }
                values.append("\(name) = \(number.map(String.init) ?? "nothing")")
            default: break
            }
        }
        return values.map { "\(choice) \($0)" }
    }
}
