import BinaryKernels
import Testing

@Suite("Choosing a variant")
struct DispatchTests {
    @Test("the scalar variant always runs, and names choose variants")
    func names() throws {
        let scalar = try #require(occ_kernels_for(occ_isa_scalar))
        #expect(String(cString: scalar.pointee.name) == "scalar")
        #expect(occ_kernels_named("scalar", nil) == scalar)
        for kernels in Variant.all.map(\.kernels) {
            #expect(occ_kernels_named(kernels.pointee.name, nil) == kernels)
            #expect(occ_kernels_for(kernels.pointee.isa) == kernels)
        }
    }

    @Test("no name takes the fastest variant; the processor decides between those for AVX2")
    func fastest() throws {
        let fastest = try #require(occ_kernels_named(nil, nil))
        let last = try #require(Variant.all.last)
        let either: [occ_isa] = last.table.isa == occ_isa_avx2_pairs ? [occ_isa_avx2] : []
        #expect(([last.table.isa] + either).contains(fastest.pointee.isa))
        #expect(occ_kernels_named("", nil) == fastest)
    }

    @Test("an unknown name is refused with a reason")
    func unknown() throws {
        var problem: UnsafePointer<CChar>?
        #expect(occ_kernels_named("sse9", &problem) == nil)
        let text = String(cString: try #require(problem))
        #expect(text.contains("scalar, avx2, avx2-pairs, avx512 or neon"))
    }

    @Test("a shape that no kernel takes is refused with a reason")
    func shapes() throws {
        var conv = occ_conv(height: 4, width: 5, in_channels: 6, out_channels: 7, kernel: 3, stride: 2)
        #expect(occ_conv_problem(&conv) == nil)
        #expect(occ_conv_out_height(&conv) == 2)
        #expect(occ_conv_out_width(&conv) == 3)
        for break_ in 0..<6 {
            var bad = conv
            switch break_ {
            case 0: bad.height = 0
            case 1: bad.width = 0
            case 2: bad.in_channels = 0
            case 3: bad.out_channels = 1 << 20
            case 4: bad.kernel = 5
            default: bad.stride = 3
            }
            let problem = try #require(occ_conv_problem(&bad))
            #expect(String(cString: problem).count > 10)
        }
    }
}
