/// One step of a program as it is declared: what it reads, writes and costs.
///
/// It knows shapes and names of parameters, no values.
public protocol Operation: Sendable {
    /// What it reads, and what it adds to.
    var reads: [Tensor] { get }
    /// What it writes.
    var writes: [Tensor] { get }
    /// Slots that must be bound whenever it runs.
    var inputs: [InputID] { get }
    /// What it costs, layer by layer.
    var costs: [LayerCost] { get }

    /// Fetches parameters and makes what libraries need, once for all slots.
    ///
    /// - Throws: `TensorRuntimeError`, and what the source of parameters throws.
    func prepare(_ context: PreparationContext) throws -> any PreparedOperation
}

/// A step with its weights and whatever libraries need; shared by all slots.
public protocol PreparedOperation: Sendable {
    /// Bytes that it needs while it runs.
    var scratchBytes: Int { get }

    /// Resolves all addresses within one slot's memory.
    ///
    /// - Returns: what runs the step. It allocates nothing but results.
    func bind(_ memory: BoundMemory) throws -> BoundStep
}

/// A step within one slot's memory.
public typealias BoundStep = (borrowing RunInputs) throws -> Void

extension Operation {
    /// Most operations read tensors only.
    public var inputs: [InputID] { [] }
    /// Most operations between layers count nothing.
    public var costs: [LayerCost] { [] }
}

extension Operation where Self: PreparedOperation {
    /// Nothing is to be fetched or made.
    public func prepare(_ context: PreparationContext) throws -> any PreparedOperation { self }
}

extension PreparedOperation {
    /// Most operations need none.
    public var scratchBytes: Int { 0 }
}
