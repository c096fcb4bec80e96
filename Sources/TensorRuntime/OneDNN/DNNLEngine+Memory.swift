internal import CDNNL

extension ElementType {
    /// oneDNN's name of it.
    var dnnl: dnnl_data_type_t {
        switch self {
        case .float32: dnnl_f32
        case .bfloat16: dnnl_bf16
        case .int8: dnnl_s8
        case .uint8: dnnl_u8
        }
    }
}

extension DNNLEngine {
    /// Descriptor of memory in a given format.
    func md(
        _ dimensions: [Int],
        _ tag: dnnl_format_tag_t,
        _ element: ElementType = .float32
    ) throws -> dnnl_memory_desc_t {
        var md = dnnl_memory_desc_t()
        try DNNL.check(
            dnnl_memory_desc_init_by_tag(&md, CInt(dimensions.count), dimensions.map(Int64.init), element.dnnl, tag),
            "describe memory of shape \(dimensions)"
        )
        return md
    }

    /// Descriptor of a tensor.
    func md(_ format: Tensor.Format) throws -> dnnl_memory_desc_t {
        switch format.layout {
        case .blocked: return try md(format.shape, blockedTag, format.element)
        case .planar: return try md(format.shape, dnnl_nchw, format.element)
        case .channelsLast:
            if format.isDense { return try md(format.shape, dnnl_nhwc, format.element) }
            var md = dnnl_memory_desc_t()
            let strides = [format.imageStride, 1, format.shape[3] * format.pixelStride, format.pixelStride]
            try DNNL.check(
                dnnl_memory_desc_init_by_strides(
                    &md,
                    4,
                    format.shape.map(Int64.init),
                    format.element.dnnl,
                    strides.map(Int64.init)
                ),
                "describe a slice of shape \(format.shape)"
            )
            return md
        }
    }

    /// Descriptor of a tensor whose images are the levels of one volume.
    func volumeMD(_ format: Tensor.Format) throws -> dnnl_memory_desc_t {
        let shape = format.shape
        return try md([1, shape[1], shape[0], shape[2], shape[3]], dnnl_ndhwc, format.element)
    }
}
