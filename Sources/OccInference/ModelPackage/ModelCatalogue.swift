/// The published configurations that this build can run.
public enum ModelCatalogue {
    /// Their names, sorted.
    public static let configurations: [String] = table.map(\.name).sorted()

    /// The configuration of that name.
    ///
    /// - Throws: `ModelImportError.unknownConfiguration`.
    public static func configuration(named name: String) throws -> NetworkConfiguration {
        guard let row = table.first(where: { $0.name == name }) else {
            throw ModelImportError.unknownConfiguration(name: name, known: configurations)
        }
        return row
    }

    /// One row a network.
    ///
    /// Sources: `BDC-Occ/projects/configs/bdc_occ/<name>.py`, `BDC-Det/configs/bdc_det/<name>.py` and
    /// `BDC-Det/configs/bevdet/<name>.py` of the published code.
    private static let table: [NetworkConfiguration] = [
        flashOcc(
            "flashocc-r50_BDC-T",
            neck: ModuleConfiguration(type: "Binary_CustomFPN_BDC", inChannels: [1024, 2048], outChannels: [256]),
            hasBatchNorm: false
        ),
        flashOcc(
            "flashocc-r50_BDC-B",
            neck: ModuleConfiguration(type: "CustomFPN", inChannels: [1024, 2048], outChannels: [256]),
            hasBatchNorm: true
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
    ]

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
        neck: ModuleConfiguration,
        hasBatchNorm: Bool
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
            imageNeck: neck,
            viewTransformer: ModuleConfiguration(type: "LSSViewTransformer", inChannels: [256], outChannels: [64]),
            bevBackbone: ModuleConfiguration(
                type: "BinaryResNetBDCDown",
                inChannels: [64],
                outChannels: [128, 256, 512],
                hasBatchNorm: hasBatchNorm
            ),
            bevNeck: ModuleConfiguration(
                type: "Binary_FPN_LSS_BDC_Up",
                inChannels: [128, 512],
                outChannels: [256],
                hasBatchNorm: hasBatchNorm
            ),
            head: ModuleConfiguration(
                type: "BEVOCCHead2DBDC",
                inChannels: [256],
                outChannels: [256, 16, 18],
                hasBatchNorm: hasBatchNorm
            )
        )
    }
}
