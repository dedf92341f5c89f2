import Networks

extension AnswerNetwork {
    /// Gives the encoder the weights that `options` name, if they name any. Throws what `TextEncoder.load` throws.
    public func loadEncoder(_ options: VideoQAOptions) throws {
        guard let weights = options.encoderWeights else { return }
        let vocabulary = options.vocabulary.map { " (now \($0))" } ?? ""
        try encoder.load(
            contentsOf: weights,
            advice:
                "take method.encoderWeights, method.vocabulary\(vocabulary) and method.encoder (now \(options.encoder.rawValue)) "
                + "of one and the same model")
    }
}
