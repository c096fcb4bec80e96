internal import CDNNL

/// Post-operations and scratch mode of a primitive.
final class DNNLAttributes {
    let raw: dnnl_primitive_attr_t

    init(addsToOutput: Bool = false, activation: Activation? = nil) throws {
        var attributes: dnnl_primitive_attr_t?
        try DNNL.check(dnnl_primitive_attr_create(&attributes), "make attributes")
        raw = attributes!
        try DNNL.check(
            dnnl_primitive_attr_set_scratchpad_mode(raw, dnnl_scratchpad_mode_user),
            "set the scratch mode"
        )
        var operations: dnnl_post_ops_t?
        try DNNL.check(dnnl_post_ops_create(&operations), "make post-operations")
        defer { dnnl_post_ops_destroy(operations) }
        if addsToOutput { try DNNL.check(dnnl_post_ops_append_sum(operations, 1), "append a sum") }
        if let activation {
            try DNNL.check(dnnl_post_ops_append_eltwise(operations, 1, activation.dnnl, 0, 0), "append an activation")
        }
        try DNNL.check(dnnl_primitive_attr_set_post_ops(raw, operations), "set post-operations")
    }

    deinit { dnnl_primitive_attr_destroy(raw) }
}

extension Activation {
    /// oneDNN's name of it.
    fileprivate var dnnl: dnnl_alg_kind_t {
        switch self {
        case .relu: dnnl_eltwise_relu
        case .softplus: dnnl_eltwise_soft_relu
        }
    }
}
