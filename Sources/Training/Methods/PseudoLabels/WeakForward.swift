import Networks
import Tensor

/// How a network sees a step's weak clips, which only label.
public enum WeakForward: String, ConfigurationChoice {
    /// Weak clips apart, without gradient, by batch statistics, running ones untouched; then labelled and strong together.
    case separate
    /// Labelled, weak and strong in one batch with gradient: its statistics carry gradient into the weak rows.
    case joint
}

/// The logits of a step's clips, `[N, classes]`.
public struct ClipLogits {
    /// Of labelled clips, of weak ones, and of strong ones. Weak ones label: no gradient flows through them.
    public let labeled: Tensor, weak: Tensor, strong: Tensor

    /// Logits; see the properties. Those of weak clips become constants.
    public init(labeled: Tensor, weak: Tensor, strong: Tensor) {
        self.labeled = labeled
        self.weak = weak.detached
        self.strong = strong
    }
}

extension VideoClassifier {
    /// The logits of labelled, weak and strong clips.
    ///
    /// - Parameter training: The pass of what is trained; weak clips that are seen apart draw their own dropout.
    public func logits(
        labeled: Tensor, weak: Tensor, strong: Tensor, _ form: WeakForward, _ training: ForwardContext
    ) -> ClipLogits {
        let counts = [labeled, weak, strong].map { $0.shape[0] }
        switch form {
        case .joint:
            let all = self(Tensor.concatenated([labeled, weak, strong]), training).split(counts)
            return ClipLogits(labeled: all[0], weak: all[1], strong: all[2])
        case .separate:
            let labels = GradientRecording.off { self(weak, training.labeling) }
            let all = self(Tensor.concatenated([labeled, strong]), training).split([counts[0], counts[2]])
            return ClipLogits(labeled: all[0], weak: labels, strong: all[1])
        }
    }
}

extension ForwardContext {
    /// The pass over clips that only label, beside this pass of training: batch statistics, running ones untouched.
    public var labeling: ForwardContext {
        var context = self
        (context.normalization, context.dropout) = (.batch, dropout?.derived("weak"))
        return context
    }
}
