/// A typed place for what a run reads or writes besides tensors: pictures, a table of indices, memory for a result.
///
/// Whoever declares an operation that needs it declares the slot; whoever runs the program binds a value to it.
public struct InputSlot<Value>: Sendable {
    /// What names the slot where its type does not matter.
    public let id: InputID

    /// Makes a slot that is none but itself.
    public init(_ name: String) { id = InputID(name) }
}

/// The identity of a slot.
public final class InputID: Sendable {
    /// Its name, for messages.
    public let name: String

    init(_ name: String) { self.name = name }
}

/// The values bound to slots for one run of a segment.
public struct RunInputs {
    private var values: [ObjectIdentifier: Any] = [:]

    /// None.
    public init() {}

    /// The value bound to a slot, if there is one.
    public subscript<Value>(slot: InputSlot<Value>) -> Value? {
        get { values[ObjectIdentifier(slot.id)] as! Value? }
        set { values[ObjectIdentifier(slot.id)] = newValue }
    }

    /// The value bound to a slot that the running operation declares among its inputs.
    public func value<Value>(_ slot: InputSlot<Value>) -> Value {
        guard let value = self[slot] else { preconditionFailure("an operation reads '\(slot.id.name)' undeclared") }
        return value
    }

    func contains(_ id: InputID) -> Bool { values[ObjectIdentifier(id)] != nil }
}
