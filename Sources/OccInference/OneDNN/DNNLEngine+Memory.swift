internal import CDNNL

extension DNNLEngine {
    /// Descriptor of fp32 memory in a given format.
    func md(_ dimensions: [Int], _ tag: dnnl_format_tag_t) throws -> dnnl_memory_desc_t {
        var md = dnnl_memory_desc_t()
        try DNNL.check(
            dnnl_memory_desc_init_by_tag(&md, CInt(dimensions.count), dimensions.map(Int64.init), dnnl_f32, tag),
            "describe memory of shape \(dimensions)"
        )
        return md
    }

    /// Descriptor of a feature map.
    func md(_ map: FeatureMap) throws -> dnnl_memory_desc_t {
        switch map.layout {
        case .blocked: return try md(map.shape, blockedTag)
        case .planar: return try md(map.shape, dnnl_nchw)
        case .channelsLast:
            if map.isDense { return try md(map.shape, dnnl_nhwc) }
            var md = dnnl_memory_desc_t()
            let strides = [map.imageStride, 1, map.width * map.pixelStride, map.pixelStride].map(Int64.init)
            try DNNL.check(
                dnnl_memory_desc_init_by_strides(&md, 4, map.shape.map(Int64.init), dnnl_f32, strides),
                "describe a slice of shape \(map.shape)"
            )
            return md
        }
    }
}
