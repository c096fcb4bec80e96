internal import CDNNL

/// Post-operations and scratch mode of a primitive.
final class DNNLAttributes {
    let raw: dnnl_primitive_attr_t

    /// Makes attributes.
    ///
    /// - Parameters:
    ///   - factors: what sums, with their bias, are multiplied by: none, one, or one an output channel.
    ///   - added: what is added to that: what stands in the output.
    ///   - activation: what follows, and what its result is multiplied by.
    init(
        factors: [Float] = [],
        added: Added? = nil,
        activation: (kind: Activation, factor: Float)? = nil
    ) throws {
        var attributes: dnnl_primitive_attr_t?
        try DNNL.check(dnnl_primitive_attr_create(&attributes), "make attributes")
        raw = attributes!
        try DNNL.check(
            dnnl_primitive_attr_set_scratchpad_mode(raw, dnnl_scratchpad_mode_user),
            "set the scratch mode"
        )
        if !factors.isEmpty {
            // Bit 1 of the mask: the axis of output channels.
            try DNNL.check(
                dnnl_primitive_attr_set_output_scales(
                    raw,
                    dnnl_dim_t(factors.count),
                    factors.count == 1 ? 0 : 2,
                    factors
                ),
                "set the factors of sums"
            )
        }
        var operations: dnnl_post_ops_t?
        try DNNL.check(dnnl_post_ops_create(&operations), "make post-operations")
        defer { dnnl_post_ops_destroy(operations) }
        if let added {
            try DNNL.check(
                added.element.map { dnnl_post_ops_append_sum_v2(operations, added.factor, $0.dnnl) }
                    ?? dnnl_post_ops_append_sum(operations, added.factor),
                "append a sum"
            )
        }
        if let activation {
            try DNNL.check(
                dnnl_post_ops_append_eltwise(operations, activation.factor, activation.kind.dnnl, 0, 0),
                "append an activation"
            )
        }
        try DNNL.check(dnnl_primitive_attr_set_post_ops(raw, operations), "set post-operations")
    }

    /// What stands in the output before a convolution writes to it.
    struct Added {
        /// Its type where that is not the output's.
        var element: ElementType?
        /// What it is multiplied by.
        var factor: Float = 1
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
