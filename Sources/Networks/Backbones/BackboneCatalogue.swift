import Files
import Tensor

/// A backbone that can be asked for by name.
public struct BackboneEntry: Sendable {
    /// The name on the command line.
    public let name: String
    /// One line about it, with its source.
    public let summary: String
    /// Whether it sees pictures, or each frame of a clip by itself.
    public var seesPictures = false
    /// Builds it with drawn weights.
    public let make: @Sendable (BackboneOptions, Initializer) -> any Backbone
}

/// A backbone that the catalogue does not have.
public struct UnknownBackbone: ReportedError, Equatable {
    /// What was asked for, and what there is.
    public let name: String, known: [String]
    /// The option that asked for it.
    public let option: String
    public var exitCode: ExitCode { .configuration }
    public var description: String {
        "\(option)=\(name): there is no such backbone; known are \(known.joined(separator: ", "))"
            + (NearestName.likely(name, among: known).map { "; did you mean \($0)?" } ?? "")
    }
}

/// All backbones by name.
public enum BackboneCatalogue {
    /// The entries, in the order in which they are listed.
    public static let entries: [BackboneEntry] = [
        BackboneEntry(name: "r3d18", summary: "R3D-18 as torchvision defines it (Tran et al. 2018)") {
            ResNet3D(.init(), $0, $1)
        },
        BackboneEntry(
            name: "r2plus1d18", summary: "R(2+1)D-18: each convolution cut into picture and time (torchvision; Tran et al. 2018)"
        ) { ResNet3D(.factored, $0, $1) },
        BackboneEntry(
            name: "mc3_18",
            summary: "MC3-18: 3-D convolutions up to stage 1, then over the picture alone (torchvision; Tran et al. 2018)"
        ) { ResNet3D(.mixed, $0, $1) },
        BackboneEntry(
            name: "r3d18-pooled",
            summary: "R3D-18 with max pooling after the stem and after stage 1 (temporal-gradient card, Xiao et al. 2022)"
        ) { ResNet3D(.pooled, $0, $1) },
        BackboneEntry(name: "r3d10", summary: "R3D with one block a stage and a 3x3x3 stem, for small pictures and quick work") {
            ResNet3D(.small, $0, $1)
        },
        BackboneEntry(
            name: "slowonly50",
            summary: "3-D ResNet-50 of the slow pathway: bottlenecks, no step along time (Feichtenhofer et al. 2019; CMPL card)"
        ) { ResNet3D(.slow, $0, $1) },
        BackboneEntry(
            name: "resnet18", summary: "ResNet-18 over pictures, or each frame by itself (torchvision; He et al. 2016)",
            seesPictures: true
        ) { ResNet2D($0, $1) },
        BackboneEntry(
            name: "transformer",
            summary:
                "4 pre-norm layers of 3 heads over tubelets of 2x16x16, sine positions, mean (Dosovitskiy et al. 2021; VATT card)"
        ) { VideoTransformer(.init(), $0, $1) },
    ]

    /// The entry called `name`, which was the value of `option`. Throws `UnknownBackbone`.
    public static func entry(named name: String, option: String = "backbone") throws(UnknownBackbone) -> BackboneEntry {
        guard let entry = entries.first(where: { $0.name == name }) else {
            throw UnknownBackbone(name: name, known: entries.map(\.name), option: option)
        }
        return entry
    }
}

extension ResNet3D.Form {
    static let spatialPooling = Window(kernel: [1, 3, 3], stride: [1, 2, 2], padding: [0, 1, 1])

    /// The form of the temporal-gradient card: 8 x 224 x 224 gives 64 x 4 x 56 x 56 after stage 1 and 512 x 1 x 7 x 7 at the end.
    static let pooled = ResNet3D.Form(
        stemPooling: spatialPooling, firstStagePooling: Window(kernel: [2, 1, 1], stride: [2, 1, 1]), epsilon: 1e-3)

    /// R(2+1)D.
    static let factored = ResNet3D.Form(block: .factored, stemMiddle: 45)

    /// MC3: time is kept from the stem on.
    static let mixed = ResNet3D.Form(
        temporalTaps: [3, 1, 1, 1], strides: [[1, 1, 1], [1, 2, 2], [1, 2, 2], [1, 2, 2]])

    /// One block a stage; the stem sees 3 x 3 pixels, since 7 x 7 of a small picture is much of it.
    static let small = ResNet3D.Form(
        blocks: [1, 1, 1, 1], stem: Window(kernel: [3, 3, 3], stride: [1, 2, 2], padding: [1, 1, 1]))

    /// ResNet-50 of the slow pathway (SlowOnly): it looks along time in stages 3 and 4 only, and 8 x 224 x 224 gives
    /// 2048 x 8 x 7 x 7.
    static let slow = ResNet3D.Form(
        block: .bottleneck, blocks: [3, 4, 6, 3], temporalTaps: [1, 1, 3, 3],
        strides: [[1, 1, 1], [1, 2, 2], [1, 2, 2], [1, 2, 2]],
        stem: Window(kernel: [1, 7, 7], stride: [1, 2, 2], padding: [0, 3, 3]), stemPooling: spatialPooling)
}
