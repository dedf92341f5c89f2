import Augment
import Datasets
import Networks
import Tensor
import Training

/// What a method of `classes` classes is made from: R3D-18 of width 1/8, in double precision.
func setup(of method: any Method.Type, _ options: [String] = [], classes: Int) throws -> MethodSetup {
    let configuration = try ConfigurationSchema(method.options).resolve([.commandLine(options)])
    let networks = NetworkFactory(
        entry: try BackboneCatalogue.entry(named: "r3d18"), options: Networks.BackboneOptions(width: 0.125), classes: classes,
        seed: 0, elementType: .float64)
    let views = StandardViews(
        window: TemporalWindow(length: 8, stride: 1, start: .random), weak: try WeakAugmentation(output: PictureSize(side: 32)),
        strong: try StrongAugmentation(), labeled: 2, unlabeled: 3)
    return MethodSetup(
        networks: networks, configuration: configuration, unlabeledCount: 8, sampleIndexLimit: 8, standardViews: views)
}
