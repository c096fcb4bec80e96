/// The configurations that this build can run: the published ones and this project's own.
public enum ModelCatalogue {
    /// Their names, sorted.
    public static let configurations: [String] = table.map(\.name).sorted()

    /// The configuration of that name.
    ///
    /// - Throws: `ModelImportError.unknownConfiguration`, or `.unrunnableConfiguration` for a published one that cannot run.
    public static func configuration(named name: String) throws -> NetworkConfiguration {
        guard let row = table.first(where: { $0.name == name }) else {
            if let reason = UnrunnableConfigurations.reason(name) {
                throw ModelImportError.unrunnableConfiguration(name: name, reason: reason)
            }
            throw ModelImportError.unknownConfiguration(name: name, known: configurations)
        }
        return row
    }

    /// One row a network; every binary family has the same ones.
    ///
    /// Sources: `BDC-Occ/projects/configs/{bdc_occ,bevdet_occ,flashocc}/<name>.py` and `BDC-Det/configs/{bdc_det,bevdet}/<name>.py` of
    /// the published code.
    private static let table: [NetworkConfiguration] =
        [
            flashOcc("flashocc-r50", .fullPrecision),
            bevDetOcc,
            bevDet("bevdet-r50-cbgs", .fullPrecision),
            stereo(flashOcc("flashocc-r50-4d-stereo", .fullPrecision), .fullPrecision, blocks: 1),
            stereo(bevDet("bevdet-r50-4d-stereo-cbgs", .fullPrecision), .fullPrecision, blocks: 2),
        ] + Network.families.flatMap(networks) + [occupancySmall, detectionSmall]

    /// A family's networks: `-T` is binary but for its backbone, `-B` has a full-precision image neck too.
    ///
    /// Where a family can do with and without batch norms, `-B` and networks of several frames have them.
    private static func networks(of family: any BinaryFamily) -> [NetworkConfiguration] {
        let (suffix, norms) = (family.suffix, family.hasOptionalBatchNorms)
        let tiny = ModuleTypes(family)
        var base = tiny
        base.imageNeck = ModuleTypes.fullPrecision.imageNeck
        return [
            flashOcc("flashocc-r50_\(suffix)-T", tiny),
            flashOcc("flashocc-r50_\(suffix)-B", base, hasBatchNorm: norms),
            bevDet("bevdet-r50-cbgs_\(suffix)-T", tiny),
            stereo(flashOcc("flashocc-r50-4d-stereo_\(suffix)-T", tiny, hasBatchNorm: norms), tiny, blocks: 1),
            stereo(flashOcc("flashocc-r50-4d-stereo_\(suffix)-B", base, hasBatchNorm: norms), base, blocks: 1),
            stereo(bevDet("bevdet-r50-4d-stereo-cbgs_\(suffix)-T", tiny, hasBatchNorm: norms), tiny, blocks: 2),
        ]
    }

    /// The types of the modules in which networks of one plan differ.
    fileprivate struct ModuleTypes {
        var imageNeck: String
        var bevBackbone: String
        var bevNeck: String
        var occupancyHead: String
        var detectionHead: String
        var preProcess: String

        static let fullPrecision = ModuleTypes(
            imageNeck: "CustomFPN",
            bevBackbone: "CustomResNet",
            bevNeck: "FPN_LSS",
            occupancyHead: "BEVOCCHead2D",
            detectionHead: "CenterHead",
            preProcess: "CustomResNet"
        )
    }

    /// What the detection networks have in common.
    private static func bevDet(
        _ name: String,
        _ types: ModuleTypes,
        hasBatchNorm: Bool = false
    ) -> NetworkConfiguration {
        NetworkConfiguration(
            name: name,
            cameras: 6,
            frames: 1,
            inputHeight: 256,
            inputWidth: 704,
            gridX: GridAxis(-51.2, 51.2, 0.8),
            gridY: GridAxis(-51.2, 51.2, 0.8),
            gridZ: GridAxis(-5, 3, 8),
            gridDepth: GridAxis(1, 60, 1),
            downsample: 16,
            imageBackbone: ModuleConfiguration(type: "ResNet", inChannels: [3], outChannels: [1024, 2048]),
            imageNeck: imageNeck(types, hasBatchNorm),
            viewTransformer: ModuleConfiguration(type: "LSSViewTransformer", inChannels: [256], outChannels: [64]),
            bevBackbone: bevBackbone(types, hasBatchNorm),
            bevNeck: bevNeck(types, hasBatchNorm),
            head: ModuleConfiguration(
                type: types.detectionHead,
                inChannels: [256],
                outChannels: [64],
                hasBatchNorm: hasBatchNorm
            ),
            detection: .nuScenes
        )
    }

    /// What the occupancy networks have in common.
    private static func flashOcc(
        _ name: String,
        _ types: ModuleTypes,
        hasBatchNorm: Bool = false
    ) -> NetworkConfiguration {
        NetworkConfiguration(
            name: name,
            cameras: 6,
            frames: 1,
            inputHeight: 256,
            inputWidth: 704,
            gridX: GridAxis(-40, 40, 0.4),
            gridY: GridAxis(-40, 40, 0.4),
            gridZ: GridAxis(-1, 5.4, 6.4),
            gridDepth: GridAxis(1, 45, 0.5),
            downsample: 16,
            imageBackbone: ModuleConfiguration(type: "ResNet", inChannels: [3], outChannels: [1024, 2048]),
            imageNeck: imageNeck(types, hasBatchNorm),
            viewTransformer: ModuleConfiguration(type: "LSSViewTransformer", inChannels: [256], outChannels: [64]),
            bevBackbone: bevBackbone(types, hasBatchNorm),
            bevNeck: bevNeck(types, hasBatchNorm),
            head: ModuleConfiguration(
                type: types.occupancyHead,
                inChannels: [256],
                outChannels: [256, 16, 18],
                hasBatchNorm: hasBatchNorm
            )
        )
    }

    private static func imageNeck(_ types: ModuleTypes, _ hasBatchNorm: Bool) -> ModuleConfiguration {
        ModuleConfiguration(
            type: types.imageNeck,
            inChannels: [1024, 2048],
            outChannels: [256],
            hasBatchNorm: hasBatchNorm && types.imageNeck != ModuleTypes.fullPrecision.imageNeck
        )
    }

    private static func bevBackbone(_ types: ModuleTypes, _ hasBatchNorm: Bool) -> ModuleConfiguration {
        ModuleConfiguration(
            type: types.bevBackbone,
            inChannels: [64],
            outChannels: [128, 256, 512],
            hasBatchNorm: hasBatchNorm
        )
    }

    private static func bevNeck(_ types: ModuleTypes, _ hasBatchNorm: Bool) -> ModuleConfiguration {
        ModuleConfiguration(
            type: types.bevNeck,
            inChannels: [128, 512],
            outChannels: [256],
            hasBatchNorm: hasBatchNorm
        )
    }

    /// The network of three frames that is made from one of a single frame: 80 BEV channels a frame, and depths by stereo.
    private static func stereo(
        _ single: NetworkConfiguration,
        _ types: ModuleTypes,
        blocks: Int
    ) -> NetworkConfiguration {
        var network = single
        network.frames = 3
        network.viewTransformer = ModuleConfiguration(
            type: "LSSViewTransformerBEVStereo",
            inChannels: [256],
            outChannels: [80]
        )
        network.bevBackbone.inChannels = [160]
        network.bevBackbone.outChannels = [160, 320, 640]
        network.bevNeck.inChannels = [160, 640]
        network.stereo = StereoConfiguration(
            hasGrowingDepthBins: true,
            asppChannels: 96,
            costBias: 5,
            preProcess: ModuleConfiguration(
                type: types.preProcess,
                inChannels: [80],
                outChannels: [Int](repeating: 80, count: blocks),
                hasBatchNorm: single.bevBackbone.hasBatchNorm
            )
        )
        return network
    }

    /// This project's own small occupancy network (`ops/training`), of the same plan as the published ones.
    private static let occupancySmall = {
        var network = flashOcc("occ-small_BDC-T", ModuleTypes(BDCFamily()), hasBatchNorm: true)
        makeSmall(&network, viewChannels: 32, neckChannels: 32)
        network.head.outChannels = [64, 16, 18]
        return network
    }()

    /// This project's own small detection network.
    private static let detectionSmall = {
        var network = bevDet("det-small_BDC-T", ModuleTypes(BDCFamily()), hasBatchNorm: true)
        makeSmall(&network, viewChannels: 64, neckChannels: 64)
        network.gridDepth.interval = 0.5
        return network
    }()

    /// Smaller pictures, a ResNet-18 of half the width with features at an eighth of the size, and a narrower BEV encoder.
    private static func makeSmall(_ network: inout NetworkConfiguration, viewChannels: Int, neckChannels: Int) {
        network.inputHeight = 160
        network.inputWidth = 448
        network.downsample = 8
        network.imageBackbone.outChannels = [64, 128, 256]
        network.imageBackbone.depth = 18
        network.imageNeck.inChannels = [64, 128, 256]
        network.imageNeck.outChannels = [64]
        network.viewTransformer.inChannels = [64]
        network.viewTransformer.outChannels = [viewChannels]
        network.bevBackbone.inChannels = [viewChannels]
        network.bevBackbone.outChannels = [1, 2, 4].map { $0 * viewChannels }
        network.bevNeck.inChannels = [viewChannels, 4 * viewChannels]
        network.bevNeck.outChannels = [neckChannels]
        network.head.inChannels = [neckChannels]
    }

    /// The full-precision network with a voxel encoder.
    private static let bevDetOcc = {
        var network = flashOcc("bevdet-occ-r50", .fullPrecision)
        network.gridZ = GridAxis(-1, 5.4, 0.4)
        network.viewTransformer.outChannels = [32]
        network.bevBackbone = ModuleConfiguration(type: "CustomResNet3D", inChannels: [32], outChannels: [32, 64, 128])
        network.bevNeck = ModuleConfiguration(type: "LSSFPN3D", inChannels: [32, 64, 128], outChannels: [32])
        network.head = ModuleConfiguration(type: "BEVOCCHead3D", inChannels: [32], outChannels: [32, 16, 18])
        return network
    }()
}

fileprivate extension ModelCatalogue.ModuleTypes {
    /// The types of a binary family.
    init(_ family: any BinaryFamily) {
        self.init(
            imageNeck: family.imageNeckType,
            bevBackbone: family.bevBackboneType,
            bevNeck: family.bevNeckType,
            occupancyHead: family.occupancyHeadType,
            detectionHead: family.detectionHeadType,
            preProcess: family.preProcessType
        )
    }
}
