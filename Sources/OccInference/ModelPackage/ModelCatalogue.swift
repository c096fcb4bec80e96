/// The published configurations that this build can run.
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

    /// One row a network.
    ///
    /// Sources: `BDC-Occ/projects/configs/{bdc_occ,bevdet_occ,flashocc}/<name>.py` and `BDC-Det/configs/{bdc_det,bevdet}/<name>.py` of
    /// the published code.
    private static let table: [NetworkConfiguration] =
        [
            flashOcc("flashocc-r50", fullPrecision),
            bevDetOcc,
            flashOcc("flashocc-r50_BDC-T", bdc.with(neck: "Binary_CustomFPN_BDC")),
            flashOcc("flashocc-r50_BDC-B", bdc, hasBatchNorm: true),
            flashOcc("flashocc-r50_BBCU-T", bbcu.with(neck: "Binary_CustomFPN_BBCU")),
            flashOcc("flashocc-r50_BBCU-B", bbcu),
            flashOcc("flashocc-r50_BiSRNet-T", biSRNet.with(neck: "Binary_CustomFPN_BiSRNet")),
            flashOcc("flashocc-r50_BiSRNet-B", biSRNet),
            flashOcc("flashocc-r50_BiMatting-T", biMatting.with(neck: "Binary_CustomFPN_BiMatting")),
            flashOcc("flashocc-r50_BiMatting-B", biMatting),
            bevDet("bevdet-r50-cbgs_BBCU-T", bbcu.with(neck: "Binary_CustomFPN_BBCU"), head: "BEV_CenterHeadBBCU"),
            bevDet(
                "bevdet-r50-cbgs_BiSRNet-T",
                biSRNet.with(neck: "Binary_CustomFPN_BiSRNet"),
                head: "BEV_CenterHeadBiSRNet"
            ),
            bevDet(
                "bevdet-r50-cbgs_BiMatting-T",
                biMatting.with(neck: "Binary_CustomFPN_BiMatting"),
                head: "BEV_CenterHeadBiMatting"
            ),
            bevDet(
                "bevdet-r50-cbgs_BDC-T",
                neckType: "Binary_CustomFPN_BDC",
                bevBackboneType: "BinaryResNetBDCDown",
                bevNeckType: "Binary_FPN_LSS_BDC_Up",
                headType: "BEV_CenterHeadBDC"
            ),
            bevDet(
                "bevdet-r50-cbgs",
                neckType: "CustomFPN",
                bevBackboneType: "CustomResNet",
                bevNeckType: "FPN_LSS",
                headType: "CenterHead"
            ),
            stereo(flashOcc("flashocc-r50-4d-stereo", fullPrecision), preProcess: "CustomResNet", blocks: 1),
            stereo(
                withBatchNorm(flashOcc("flashocc-r50-4d-stereo_BDC-T", bdc.with(neck: "Binary_CustomFPN_BDC"))),
                preProcess: "BinaryResNetBDC",
                blocks: 1
            ),
            stereo(
                withBatchNorm(flashOcc("flashocc-r50-4d-stereo_BDC-B", bdc)),
                preProcess: "BinaryResNetBDC",
                blocks: 1
            ),
            stereo(
                bevDet("bevdet-r50-4d-stereo-cbgs", fullPrecision, head: "CenterHead"),
                preProcess: "CustomResNet",
                blocks: 2
            ),
            stereo(
                withBatchNorm(
                    bevDet(
                        "bevdet-r50-4d-stereo-cbgs_BDC-T",
                        bdc.with(neck: "Binary_CustomFPN_BDC"),
                        head: "BEV_CenterHeadBDC"
                    )
                ),
                preProcess: "BinaryResNetBDC",
                blocks: 2
            ),
        ]

    /// The network of three frames that is made from one of a single frame: 80 BEV channels a frame, and depths by stereo.
    private static func stereo(
        _ single: NetworkConfiguration,
        preProcess type: String,
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
                type: type,
                inChannels: [80],
                outChannels: [Int](repeating: 80, count: blocks),
                hasBatchNorm: single.bevBackbone.hasBatchNorm
            )
        )
        return network
    }

    /// The network with batch norms in all binary units (`with_bn`).
    private static func withBatchNorm(_ network: NetworkConfiguration) -> NetworkConfiguration {
        var network = network
        network.imageNeck.hasBatchNorm = true
        network.bevBackbone.hasBatchNorm = true
        network.bevNeck.hasBatchNorm = true
        network.head.hasBatchNorm = true
        return network
    }

    /// The types of the modules in which the single-frame occupancy networks differ.
    private struct FlashOccModules {
        var neck: String
        let bevBackbone: String
        let bevNeck: String
        let head: String

        init(_ neck: String, _ bevBackbone: String, _ bevNeck: String, _ head: String) {
            self.neck = neck
            self.bevBackbone = bevBackbone
            self.bevNeck = bevNeck
            self.head = head
        }

        /// The same with another image neck: what `-T` and `-B` networks of a family differ in.
        func with(neck: String) -> FlashOccModules {
            FlashOccModules(neck, bevBackbone, bevNeck, head)
        }
    }

    private static let fullPrecision = FlashOccModules("CustomFPN", "CustomResNet", "FPN_LSS", "BEVOCCHead2D")
    private static let bdc = FlashOccModules(
        "CustomFPN",
        "BinaryResNetBDCDown",
        "Binary_FPN_LSS_BDC_Up",
        "BEVOCCHead2DBDC"
    )
    private static let bbcu = FlashOccModules(
        "CustomFPN",
        "BinaryResNetBBCUDown",
        "Binary_FPN_LSS_BBCU_Up",
        "BEVOCCHead2DBBCU"
    )
    private static let biSRNet = FlashOccModules(
        "CustomFPN",
        "BinaryResNetBiSRNetDown",
        "Binary_FPN_LSS_BiSRNet_Up",
        "BEVOCCHead2DBiSRNet"
    )
    private static let biMatting = FlashOccModules(
        "CustomFPN",
        "BinaryResNetBiMatting",
        "Binary_FPN_LSS_BiMatting_Up",
        "BEVOCCHead2DBiMatting"
    )

    /// A detection network whose image neck and BEV encoder are those of an occupancy network.
    private static func bevDet(_ name: String, _ modules: FlashOccModules, head: String) -> NetworkConfiguration {
        bevDet(
            name,
            neckType: modules.neck,
            bevBackboneType: modules.bevBackbone,
            bevNeckType: modules.bevNeck,
            headType: head
        )
    }

    /// What the single-frame detection networks have in common.
    private static func bevDet(
        _ name: String,
        neckType: String,
        bevBackboneType: String,
        bevNeckType: String,
        headType: String
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
            imageNeck: ModuleConfiguration(type: neckType, inChannels: [1024, 2048], outChannels: [256]),
            viewTransformer: ModuleConfiguration(type: "LSSViewTransformer", inChannels: [256], outChannels: [64]),
            bevBackbone: ModuleConfiguration(type: bevBackboneType, inChannels: [64], outChannels: [128, 256, 512]),
            bevNeck: ModuleConfiguration(type: bevNeckType, inChannels: [128, 512], outChannels: [256]),
            head: ModuleConfiguration(type: headType, inChannels: [256], outChannels: [64]),
            detection: .nuScenes
        )
    }

    /// What the single-frame occupancy networks have in common.
    private static func flashOcc(
        _ name: String,
        _ modules: FlashOccModules,
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
            imageNeck: ModuleConfiguration(type: modules.neck, inChannels: [1024, 2048], outChannels: [256]),
            viewTransformer: ModuleConfiguration(type: "LSSViewTransformer", inChannels: [256], outChannels: [64]),
            bevBackbone: ModuleConfiguration(
                type: modules.bevBackbone,
                inChannels: [64],
                outChannels: [128, 256, 512],
                hasBatchNorm: hasBatchNorm
            ),
            bevNeck: ModuleConfiguration(
                type: modules.bevNeck,
                inChannels: [128, 512],
                outChannels: [256],
                hasBatchNorm: hasBatchNorm
            ),
            head: ModuleConfiguration(
                type: modules.head,
                inChannels: [256],
                outChannels: [256, 16, 18],
                hasBatchNorm: hasBatchNorm
            )
        )
    }

    /// The full-precision network with a voxel encoder.
    private static let bevDetOcc = {
        var network = flashOcc(
            "bevdet-occ-r50",
            FlashOccModules("CustomFPN", "CustomResNet3D", "LSSFPN3D", "BEVOCCHead3D")
        )
        network.gridZ = GridAxis(-1, 5.4, 0.4)
        network.viewTransformer.outChannels = [32]
        network.bevBackbone.inChannels = [32]
        network.bevBackbone.outChannels = [32, 64, 128]
        network.bevNeck.inChannels = [32, 64, 128]
        network.bevNeck.outChannels = [32]
        network.head.inChannels = [32]
        network.head.outChannels = [32, 16, 18]
        return network
    }()
}
