import Networks
import Tensor

/// How a network sees a step's weak clips, which only label.
public enum WeakForward: String, ConfigurationChoice {
    /// Weak clips apart, without gradient, by batch statistics, running ones untouched; then labelled and strong together.
    case separate
    /// Labelled, weak and strong in one batch with gradient: its statistics carry gradient into the weak rows.
    case joint
}

extension VideoClassifier {
    /// The logits of labelled, weak and strong clips; no gradient flows through those of weak clips.
    ///
    /// - Parameter training: The pass of what is trained; weak clips that are seen apart draw their own dropout.
    public func logits(
        labeled: Tensor, weak: Tensor, strong: Tensor, _ form: WeakForward, _ training: ForwardContext
    ) -> (labeled: Tensor, weak: Tensor, strong: Tensor) {
        let counts = (labeled: labeled.shape[0], weak: weak.shape[0], strong: strong.shape[0])
        switch form {
        case .joint:
            let all = self(Tensor.concatenated([labeled, weak, strong]), training).split([
                counts.labeled, counts.weak, counts.strong,
            ])
            return (all[0], all[1].detached, all[2])
        case .separate:
            let labels = GradientRecording.off { self(weak, training.labeling) }
            let all = self(Tensor.concatenated([labeled, strong]), training).split([counts.labeled, counts.strong])
            return (all[0], labels, all[1])
        }
    }
}

extension ForwardContext {
    /// The pass over clips that only label, beside this pass of training: batch statistics, running ones untouched.
    public var labeling: ForwardContext { ForwardContext(normalization: .batch, dropout: dropout?.derived("weak")) }
}
