extension TextEncoder {
    /// Takes all parameters from a safetensors file of BERT, in Hugging Face's names, with or without `bert.` before them.
    ///
    /// What BERT was pre-trained or tuned with beyond the encoder is not read: the pooler, heads, and the numbers of the positions.
    /// Early releases call the weights of a normalisation `gamma` and `beta`.
    ///
    /// - Parameters:
    ///   - path: The file; its elements are f32, f16, bf16 or f64.
    ///   - advice: What to do where the weights are of another encoder, for the message.
    ///
    /// Throws `WeightsError`, with all parameters as they were: `otherVocabulary` for other tokens than the form has, `unfit` where a
    /// tensor is missing, unknown or of another shape, `notReal` and `notFinite` for what are no weights, and what reading throws.
    public func load(contentsOf path: String, advice: String) throws {
        let file = try SafetensorsFile(opening: path)
        let tensors = try file.names.filter { !Self.isBeyondEncoder($0) }.map { try file.tensor($0) }
        let weights = StoredWeights(tensors: tensors, metadata: file.metadata, digest: "")
        let fit = try WeightFit(weights, path: path, to: weightShapes, network: "the text encoder")
        if let table = fit.mismatched.first(where: { $0.target == Self.tokenTable }), table.found.count == 2,
            table.found[0] != form.tokens
        {
            throw WeightsError.otherVocabulary(
                path: path, tensor: table.source, found: table.found[0], expected: form.tokens, advice: advice)
        }
        try fit.requireWhole(advice: advice)
        load(try fit.tensors(of: weights))
    }

    private static let tokenTable = "embeddings.word_embeddings.weight"

    /// What files of BERT hold beside the encoder: the parts that a task has put on it, and the numbers 0, 1, 2, ... of the positions.
    private static let partsBeyondEncoder = ["pooler.", "cls.", "classifier.", "qa_outputs.", "embeddings.position_ids"]

    private static func isBeyondEncoder(_ name: String) -> Bool {
        WeightNames.candidates(for: name).contains { candidate in partsBeyondEncoder.contains { candidate.hasPrefix($0) } }
    }
}
