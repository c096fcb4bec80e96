/// A part of a program that runs by itself; what it stands for is known to those who build and run the program.
public struct Segment: Hashable, Sendable {
    /// Its name, unique within a program.
    public let name: String

    /// Makes a label.
    public init(_ name: String) { self.name = name }
}

/// What steps are timed under; what it stands for is known to those who build and run the program.
public struct Stage: Hashable, Sendable {
    /// Its name.
    public let name: String

    /// Makes a label.
    public init(_ name: String) { self.name = name }
}
