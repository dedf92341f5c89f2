import Files
import Networks
import TestSupport
import Testing
import Training
import VideoQA

/// The option `method.encoderWeights`.
@Suite struct VideoQAEncoderWeightsTests {
    private func options(_ settings: [String]) throws -> VideoQAOptions {
        try ConfigurationSchema([VideoQAOptions.self]).resolve([.commandLine(settings)])[VideoQAOptions.self]
    }

    private func network(_ options: VideoQAOptions, tokens: Int) -> AnswerNetwork {
        AnswerNetwork(AnswerNetwork.Form(options, tokens: tokens, frameFeatures: 3), Initializer(seed: 1))
    }

    /// Weights of the small encoder in `bert.safetensors`, and options that name them.
    private func written(_ folder: TemporaryFolder, tokens: Int) throws -> (weights: [StoredTensor], options: VideoQAOptions) {
        let options = try options([
            "method.encoderWeights=\(folder("bert.safetensors"))", "method.vocabulary=\(folder("vocab.txt"))",
            "method.maximumLength=16",
        ])
        let encoder = TextEncoder(options.encoderForm(tokens: tokens), Initializer(seed: 2))
        let weights = encoder.storedWeights
        try SafetensorsFile.write(weights.map { $0.named("bert." + $0.name) }, to: folder("bert.safetensors"))
        return (weights, options)
    }

    @Test func onlyTheEncoderTakesTheWeights() throws {
        let folder = try TemporaryFolder(), (weights, options) = try written(folder, tokens: 20)
        let network = network(options, tokens: 20), others = network.storedWeights.filter { !$0.name.hasPrefix("encoder.") }
        #expect(network.encoder.storedWeights != weights)
        try network.loadEncoder(options)
        #expect(network.encoder.storedWeights == weights)
        #expect(network.storedWeights.filter { !$0.name.hasPrefix("encoder.") } == others)
    }

    @Test func withoutTheOptionTheEncoderStaysAsItWasDrawn() throws {
        let options = try options([]), network = network(options, tokens: 20), before = network.storedWeights
        try network.loadEncoder(options)
        #expect(network.storedWeights == before)
    }

    @Test func aVocabularyOfOtherWeightsIsToldWithItsOptions() throws {
        let folder = try TemporaryFolder(), (_, options) = try written(folder, tokens: 30)
        let network = network(options, tokens: 20)
        let error = try #require(throws: WeightsError.self) { try network.loadEncoder(options) }
        for part in [
            "method.vocabulary (now \(folder("vocab.txt")))", "method.encoderWeights", folder("bert.safetensors"), "30 tokens",
            "expected 20",
        ] { #expect(error.description.contains(part), "\(part)") }
    }

    @Test func weightsWithoutTheirVocabularyAreRefused() throws {
        let error = try #require(throws: ConfigurationError.self) { try options(["method.encoderWeights=bert.safetensors"]) }
        #expect(error.description.contains("method.encoderWeights needs method.vocabulary"))
    }
}
