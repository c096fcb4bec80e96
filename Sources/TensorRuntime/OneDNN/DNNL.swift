internal import CDNNL

/// Turns oneDNN's statuses into errors.
enum DNNL {
    private static let names: [UInt32: String] = [
        dnnl_out_of_memory.rawValue: "out of memory", dnnl_invalid_arguments.rawValue: "invalid arguments",
        dnnl_unimplemented.rawValue: "not implemented for this host", dnnl_runtime_error.rawValue: "runtime error",
    ]

    static func check(_ status: dnnl_status_t, _ action: String) throws {
        guard status == dnnl_success else {
            let kind: TensorRuntimeError.Kind = status == dnnl_out_of_memory ? .outOfMemory : .library
            throw TensorRuntimeError(
                kind,
                "oneDNN could not \(action): \(names[status.rawValue] ?? "status \(status.rawValue)")"
            )
        }
    }
}
