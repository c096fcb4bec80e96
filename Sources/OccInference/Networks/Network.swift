/// A network: its named layers, built from a configuration by the tables below.
struct Network: Sendable {
    let configuration: NetworkConfiguration
    let backbone: any ImageBackbone
    let neck: any Neck
    let view: ViewTransformation
    let bevBackbone: any BEVBackbone
    let bevNeck: any Neck
    let head: any Head

    var layers: [any Layer] { [backbone, neck] + view.layers + [bevBackbone, bevNeck, head] }
    var tensors: [TensorSpec] { layers.flatMap(\.tensors) }

    /// Builds the layers.
    ///
    /// - Throws: `InferenceError` (`badConfiguration`) where a type is unknown or its arguments do not fit.
    init(_ configuration: NetworkConfiguration) throws {
        self.configuration = configuration
        try configuration.checkBounds()
        backbone = try Self.makeBackbone(configuration)
        neck = try Self.make("img_neck", configuration.imageNeck, Self.imageNecks)
        bevBackbone = try Self.make("img_bev_encoder_backbone", configuration.bevBackbone, Self.bevBackbones)
        bevNeck = try Self.make("img_bev_encoder_neck", configuration.bevNeck, Self.bevNecks)
        head = try Self.makeHead(configuration)
        view = try Self.makeView(configuration)
    }

    private typealias Table<Part> = [String: @Sendable (String, ModuleConfiguration) -> Part]

    /// The binary families; each adds a class of its own to the tables of necks, BEV encoders and heads.
    static let families: [any EncoderFamily] = [BDCFamily(), BBCUFamily(), BiSRNetFamily(), BiMattingFamily()]

    /// A table with each family's class beside the others.
    private static func table<Part>(
        _ plain: Table<Part>,
        type: (any EncoderFamily) -> String,
        make: @escaping @Sendable (any EncoderFamily, String, ModuleConfiguration) -> Part
    ) -> Table<Part> {
        families.reduce(into: plain) { table, family in
            table[type(family)] = { make(family, $0, $1) }
        }
    }

    private static let imageNecks: Table<any Neck> = table(
        ["CustomFPN": { CustomFPN(name: $0, inChannels: $1.inChannels, outChannels: $1.outChannels[0]) }],
        type: \.imageNeckType
    ) { family, name, module in
        BinaryCustomFPN(
            name: name,
            inChannels: module.inChannels,
            outChannels: module.outChannels[0],
            hasBatchNorm: module.hasBatchNorm,
            family: family
        )
    }
    private static let preProcessNetworks: Table<any PreProcessNetwork> = table(
        ["CustomResNet": { ResNetStage(name: $0, inChannels: $1.inChannels[0], blockChannels: $1.outChannels) }],
        type: \.preProcessType
    ) { family, name, module in
        family.preProcess(
            name,
            inChannels: module.inChannels[0],
            blockChannels: module.outChannels,
            hasBatchNorm: module.hasBatchNorm
        )
    }
    private static let bevBackbones: Table<any BEVBackbone> = table(
        [
            "CustomResNet": { CustomResNet(name: $0, inChannels: $1.inChannels[0], stageChannels: $1.outChannels) },
            "CustomResNet3D": { CustomResNet3D(name: $0, inChannels: $1.inChannels[0], stageChannels: $1.outChannels) },
        ],
        type: \.bevBackboneType
    ) { family, name, module in
        family.bevBackbone(
            name,
            inChannels: module.inChannels[0],
            stageChannels: module.outChannels,
            hasBatchNorm: module.hasBatchNorm
        )
    }
    private static let bevNecks: Table<any Neck> = table(
        [
            "FPN_LSS": { FPNLSS(name: $0, inChannels: $1.inChannels, outChannels: $1.outChannels[0]) },
            "LSSFPN3D": { LSSFPN3D(name: $0, inChannels: $1.inChannels, outChannels: $1.outChannels[0]) },
        ],
        type: \.bevNeckType
    ) { family, name, module in
        family.bevNeck(
            name,
            inChannels: module.inChannels,
            outChannels: module.outChannels[0],
            hasBatchNorm: module.hasBatchNorm
        )
    }
    private static let occupancyHeads: Table<any Head> = table(
        [
            "BEVOCCHead2D": {
                OccupancyHead2D(
                    name: $0,
                    inChannels: $1.inChannels[0],
                    outChannels: $1.outChannels[0],
                    levels: $1.outChannels[1],
                    classes: $1.outChannels[2]
                )
            },
            "BEVOCCHead3D": {
                OccupancyHead3D(
                    name: $0,
                    inChannels: $1.inChannels[0],
                    outChannels: $1.outChannels[0],
                    levels: $1.outChannels[1],
                    classes: $1.outChannels[2]
                )
            },
        ],
        type: \.occupancyHeadType
    ) { family, name, module in
        BinaryOccupancyHead2D(
            name: name,
            inChannels: module.inChannels[0],
            outChannels: module.outChannels[0],
            levels: module.outChannels[1],
            classes: module.outChannels[2],
            hasBatchNorm: module.hasBatchNorm,
            family: family
        )
    }

    private static func makeBackbone(_ configuration: NetworkConfiguration) throws -> any ImageBackbone {
        let module = configuration.imageBackbone
        let table: Table<ResNet?> = ["ResNet": { ResNet(name: $0, $1) }]
        guard let backbone = try make("img_backbone", module, table) else {
            throw InferenceError(
                .badConfiguration,
                "'img_backbone' is a \(module.type) of depth \(module.depth ?? 50) with outputs of \(module.outChannels) channels; "
                    + "this build has depth 50, and 18 with two or three outputs whose channels double, the last a multiple of 128"
            )
        }
        return backbone
    }

    private static func makeHead(_ configuration: NetworkConfiguration) throws -> any Head {
        guard let detection = configuration.detection else {
            return try make(configuration.headName, configuration.head, occupancyHeads)
        }
        @Sendable func head(_ family: (any BinaryFamily)?, _ name: String, _ module: ModuleConfiguration) -> any Head {
            CenterHead(
                name: name,
                family: family,
                inChannels: module.inChannels[0],
                sharedChannels: module.outChannels[0],
                hasBatchNorm: module.hasBatchNorm,
                decoding: detection
            )
        }
        let heads = table(["CenterHead": { head(nil, $0, $1) }], type: \.detectionHeadType, make: head)
        return try make(configuration.headName, configuration.head, heads)
    }

    private static func makeView(_ configuration: NetworkConfiguration) throws -> ViewTransformation {
        let view = configuration.viewTransformer
        switch (view.type, configuration.stereo) {
        case ("LSSViewTransformer", nil):
            return .oneFrame(
                LSSViewTransformer(
                    name: "img_view_transformer",
                    inChannels: view.inChannels[0],
                    outChannels: view.outChannels[0],
                    depthBins: configuration.gridDepth.cells,
                    gridHeight: configuration.gridY.cells,
                    gridWidth: configuration.gridX.cells,
                    gridLevels: configuration.gridZ.cells
                )
            )
        case ("LSSViewTransformerBEVStereo", let stereo?):
            return .stereo(
                StereoViewTransformer(
                    name: "img_view_transformer",
                    inChannels: view.inChannels[0],
                    outChannels: view.outChannels[0],
                    configuration: configuration,
                    stereo: stereo
                ),
                preProcess: try make("pre_process_net", stereo.preProcess, preProcessNetworks)
            )
        default:
            throw InferenceError(
                .badConfiguration,
                "view transformer '\(view.type)' with \(configuration.frames) frames is not supported"
            )
        }
    }

    private static func make<Part>(
        _ name: String,
        _ configuration: ModuleConfiguration,
        _ table: Table<Part>
    ) throws -> Part {
        guard let make = table[configuration.type] else {
            throw InferenceError(
                .badConfiguration,
                "'\(name)' has type '\(configuration.type)'; this build has \(table.keys.sorted().joined(separator: ", "))"
            )
        }
        return make(name, configuration)
    }
}

/// How a network's image features get into the key ego frame.
enum ViewTransformation: Sendable {
    case oneFrame(LSSViewTransformer)
    /// With what is done with every frame's BEV features before they are joined.
    case stereo(StereoViewTransformer, preProcess: any PreProcessNetwork)

    var layers: [any Layer] {
        switch self {
        case .oneFrame(let transformer): [transformer]
        case .stereo(let transformer, let preProcess): [transformer, preProcess]
        }
    }
}
