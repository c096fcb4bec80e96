/// From what is known of a camera to a gate for every channel: an MLP and a squeeze-excitation block without the squeeze.
///
/// Source: `Mlp` and `SELayer` in `model_utils/depthnet.py`.
struct CameraGate: Layer {
    /// `depth_net`'s module path.
    let network: String
    /// `depth` or `context`.
    let kind: String
    let inputs: Int
    let channels: Int

    var name: String { "\(network).\(kind)_se" }
    var typeName: String { "SELayer" }
    var children: [any Layer] { layers }

    /// In the order of execution; a ReLU follows the first and the third.
    var layers: [DenseLayer] {
        [
            DenseLayer(name: "\(network).\(kind)_mlp.fc1", inChannels: inputs, outChannels: channels),
            DenseLayer(name: "\(network).\(kind)_mlp.fc2", inChannels: channels, outChannels: channels),
            DenseLayer(
                name: name + ".conv_reduce",
                inChannels: channels,
                outChannels: channels,
                isConvolution: true
            ),
            DenseLayer(
                name: name + ".conv_expand",
                inChannels: channels,
                outChannels: channels,
                isConvolution: true
            ),
        ]
    }
}
