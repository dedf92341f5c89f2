import Networks
import Tensor

/// What makes answers of what was read. Begins anew between the stages.
public final class AnswerHeads: Module {
    /// Scores of text, of frames, and of their product. Without constants, which would move all candidates alike.
    private let text: Linear, frames: Linear?, product: Linear?
    /// What finds the first and the last sentence or frame.
    private let localization: Linear

    init(_ form: AnswerNetwork.Form, _ initializer: Initializer) {
        let width = 2 * form.memory
        func linear(_ name: String, _ inputs: Int, _ outputs: Int) -> Linear {
            Linear(inputs: inputs, outputs: outputs, hasBias: false, start: .uniform, initializer.named(name))
        }
        text = linear("text", width, 1)
        frames = form.vision ? linear("frames", width, 1) : nil
        product = form.vision && form.scores == .product ? linear("product", width, 1) : nil
        localization =
            switch form.localizationAxis {
            case .sentences: linear("localization", form.vision ? 2 * width : width, 2)
            case .frames: linear("localization", width, 2 * form.encoder.features)
            }
    }

    public var children: [(name: String, module: any Module)] {
        let parts: [(name: String, module: (any Module)?)] = [
            ("text", text), ("frames", frames), ("product", product), ("localization", localization),
        ]
        return parts.compactMap { part in part.module.map { (part.name, $0) } }
    }

    /// The scores of candidates, `[candidates]`, by what was read of their texts and of their frames, `[candidates, width]` each.
    func scores(_ texts: Tensor, _ seen: Tensor?) -> Tensor {
        var scores = text(texts)
        if let frames, let seen { scores = scores + frames(seen) }
        if let product, let seen { scores = scores + product(texts * seen) }
        return scores.reshaped(to: [-1])
    }

    /// How likely each sentence is to be the first and the last, `[N, 2, sentences]`, by states `[N, sentences, ...]`.
    func ends(ofSentences states: Tensor) -> Tensor { localization(states).permuted([0, 2, 1]) }

    /// How likely each of `frames` `[N, frames, features]` is to be the first and the last, `[N, 2, frames]`, by texts `[N, width]`.
    func ends(ofFrames frames: Tensor, _ texts: Tensor) -> Tensor {
        let (samples, features) = (frames.shape[0], frames.shape[2])
        let wanted = localization(texts) * (1 / Double(features).squareRoot())
        return wanted.reshaped(to: [samples, 2, features]).matrixProduct(frames.permuted([0, 2, 1]))
    }
}
